/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an error tells: the code (for the program), the field (which option), the text (for a
 * person), and what the system said. Nothing is created before everything was checked.
 *
 * Run it anywhere; the exit code is 0.
 */
#include <stdio.h>
#include <vnic/vnic.h>

/* [report] */
static void report(const struct vnic_error *err)
{
    printf("%s in \"%s\": %s\n", vnic_error_name(err->code), err->field, err->text);
    if (err->os_domain != VNIC_OS_NONE) {
        printf("    the system said %d to %s\n", (int)err->os_code, err->operation);
    }
    printf("    in general: %s\n", vnic_error_advice(err->code));
}
/* [/report] */

static int try_config(struct vnic_config *cfg)
{
    struct vnic_error err;
    vnic *dev;

    if (vnic_open(cfg, &dev, &err) == 0) {
        printf("opened, which was not expected\n");
        vnic_close(dev);
        return 1;
    }
    report(&err);
    return 0;
}

int main(void)
{
    struct vnic_config cfg;
    int surprises = 0;

    vnic_config_init(&cfg);
    cfg.name = "this-name-is-too-long";
    surprises += try_config(&cfg);

    vnic_config_init(&cfg);
    cfg.addresses = "10.9.0.1/24 10.9.0.300/24";
    surprises += try_config(&cfg);

    vnic_config_init(&cfg);
    cfg.addresses = "fd09::1/64";
    cfg.mtu = 600;
    surprises += try_config(&cfg);

    vnic_config_init(&cfg);
    cfg.mac = "02:00:5e:10:00:01";
    surprises += try_config(&cfg);

    vnic_config_init(&cfg);
    cfg.backend = "fake";
    cfg.persist = 1;
    surprises += try_config(&cfg);
    return surprises;
}
