/* SPDX-License-Identifier: Apache-2.0 */
/* The interrupt that several handles share. */
#include "wakeup.h"

#include "alloc.h"
#include "device.h"

int vnic_wakeup_create(vnic_wakeup **ret_wakeup, struct vnic_error *ret_err)
{
    struct vnic_wakeup *w;
    int rc;

    if (ret_wakeup == NULL) {
        return vnic__fail_null(ret_err, "vnic_wakeup_create", "ret_wakeup");
    }
    *ret_wakeup = NULL;
    w = vnic__alloc(sizeof *w);
    if (w == NULL) {
        return vnic__fail_memory(ret_err, "vnic_wakeup_create");
    }
    rc = vnic__signal_init(&w->signal);
    if (rc < 0) {
        vnic__free(w);
        return vnic__fail(ret_err, rc, "vnic_wakeup_create", NULL,
                          "cannot make a signal to wait for: %s", vnic_error_text(rc));
    }
    atomic_init(&w->refs, 1u);
    *ret_wakeup = w;
    return 0;
}

int vnic_wakeup_trigger(vnic_wakeup *wakeup, uint32_t value)
{
    uint32_t none = 0;
    int taken;

    if (wakeup == NULL || value == 0) {
        return VNIC_EINVAL;
    }
    taken = atomic_compare_exchange_strong(&wakeup->value, &none, value);
    vnic__signal_follow(&wakeup->signal, &wakeup->value);
    return taken ? 0 : 1;
}

uint32_t vnic_wakeup_value(const vnic_wakeup *wakeup)
{
    return wakeup == NULL ? 0 : atomic_load(&wakeup->value);
}

int vnic_wakeup_clear(vnic_wakeup *wakeup)
{
    if (wakeup == NULL) {
        return VNIC_EINVAL;
    }
    atomic_store(&wakeup->value, 0u);
    vnic__signal_follow(&wakeup->signal, &wakeup->value);
    return 0;
}

void vnic__wakeup_ref(struct vnic_wakeup *w)
{
    if (w != NULL) {
        (void)atomic_fetch_add(&w->refs, 1u);
    }
}

void vnic__wakeup_unref(struct vnic_wakeup *w)
{
    if (w != NULL && atomic_fetch_sub(&w->refs, 1u) == 1u) {
        vnic__signal_destroy(&w->signal);
        vnic__free(w);
    }
}

void vnic_wakeup_destroy(vnic_wakeup *wakeup)
{
    vnic__wakeup_unref(wakeup);
}
