/* SPDX-License-Identifier: Apache-2.0 */
#include "machine_fixture.h"

#include <malloc.h>

#include <sstream>

#include "fault_alloc.h"
#include "fault_state.h"

namespace model
{
namespace
{

int blocks_before;

/* A line for each kind of handle that is out, but for modules. */
std::string handles()
{
    std::istringstream all(holdings());
    std::string text;
    for (std::string line; std::getline(all, line);)
        if (line.compare(0, 7, "module ") != 0)
            text += line + "\n";
    return text;
}

}

void start_machine()
{
    wintun_reset();
    tap_reset();
    reset();
    setup_reset();
    ip_helper_reset();
    kernel() = Kernel();
    /* The DLL is loaded once for the process, and the first time keeps its path. */
    struct vnic_config cfg;
    vnic *dev = nullptr;
    vnic_config_init(&cfg);
    cfg.backend = "wintun";
    if (vnic_open(&cfg, &dev, nullptr) == 0)
        vnic_close(dev);
    (void)take_mistakes();
    fault_alloc_freeing = [](void *block) { tap_freed(block, _msize(block)); };
    blocks_before = fault_alloc_live();
}

std::string state_of_machine()
{
    std::string text = describe() + describe_registry();
    Hold guard(lock());
    for (const auto &i : interfaces())
        text += narrow(i->name) + " session " + std::to_string(wintun_has_session(i)) + " open " +
                std::to_string(tap_is_open(i)) + "\n";
    return text;
}

std::string end_machine()
{
    std::string text = handles() + take_mistakes();
    int blocks = fault_alloc_live() - blocks_before;
    if (blocks != 0)
        text += "blocks " + std::to_string(blocks) + "\n";
    return text;
}

InterfacePtr interface_of(vnic *dev)
{
    char name[VNIC_NAME_SIZE];
    if (vnic_get_name(dev, name, sizeof name) <= 0)
        return nullptr;
    Hold guard(lock());
    return find(widen(name));
}

}

namespace fault
{

/* For the sweep. */
std::string list_holdings()
{
    return model::handles() + "blocks " + std::to_string(fault_alloc_live()) + "\n" +
           model::take_mistakes();
}

}
