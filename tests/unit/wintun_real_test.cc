/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real, signed wintun.dll 0.14.1, which tools/real_wintun.sh puts into build/: what can be seen of it
 * where there is no driver.
 */
#include <cstdio>
#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "vnic/vnic.h"
#include "vnic/windows.h"
#include "wintun_files.h"

static std::string real_file(const char *name)
{
    return host_path(std::string(VNIC_SOURCE_DIR "/build/real-wintun/") + name);
}

/* Why it is not here; "" when it is. */
static std::string reason_of_absence()
{
    char line[200] = "tools/real_wintun.sh did not run";
    FILE *file = _wfopen(wide_of(real_file("wintun.dll")).c_str(), L"rb");

    if (file != nullptr) {
        fclose(file);
        return "";
    }
    file = _wfopen(wide_of(real_file("reason")).c_str(), L"rb");
    if (file != nullptr) {
        EXPECT_NE(fgets(line, sizeof line, file), nullptr);
        fclose(file);
    }
    return std::string(line, strcspn(line, "\n"));
}

class WintunReal : public testing::Test
{
  protected:
    void SetUp() override
    {
        std::string reason = reason_of_absence();

        if (!reason.empty()) {
            GTEST_SKIP() << "the real wintun.dll is not here: " << reason;
        }
        path = real_file("wintun.dll");
        memset(&info, 0, sizeof info);
        memset(&err, 0, sizeof err);
        info.size = sizeof info;
    }
    std::string path;
    struct vnic_wintun_info info;
    struct vnic_error err;
};

/* Loading takes all 14 entry points, or fails. */
TEST_F(WintunReal, LoadsAndTellsItsVersion)
{
    for (int i = 0; i < 50; i++) {
        ASSERT_EQ(vnic_wintun_probe(path.c_str(), &info, &err), 0) << err.text;
        EXPECT_STREQ(info.dll_version, "0.14.1");
    }
    EXPECT_EQ(GetModuleHandleW(L"wintun.dll"), nullptr); /* and is unloaded */
}

TEST_F(WintunReal, OfAnotherProcessor)
{
    for (const char *other : {"x86/wintun.dll", "arm64/wintun.dll"}) {
        EXPECT_EQ(vnic_wintun_probe(real_file(other).c_str(), &info, &err), VNIC_ENODRIVER);
        EXPECT_EQ(err.os_code, ERROR_BAD_EXE_FORMAT) << err.text;
        EXPECT_NE(strstr(err.text, "another processor"), nullptr) << err.text;
    }
}

static void count_line(void *user, int level, const char *text)
{
    (void)level;
    *static_cast<int *>(user) += strncmp(text, "wintun.dll: ", 12) == 0;
}

/* Wine can install no driver: the DLL's own complaint arrives, and the sentence that says what to do. */
TEST_F(WintunReal, WithoutADriver)
{
    struct vnic_config cfg;
    vnic *dev = nullptr;
    int lines = 0;

    if (GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") == nullptr) {
        GTEST_SKIP() << "this system is Windows, where the driver may be had";
    }
    ASSERT_EQ(vnic_wintun_probe(path.c_str(), &info, &err), 0) << err.text;
    EXPECT_STREQ(info.driver_version, "");
    vnic_config_init(&cfg);
    cfg.backend = "wintun";
    cfg.name = "vnicreal0";
    cfg.wintun_path = path.c_str();
    cfg.log = count_line;
    cfg.log_user = &lines;
    EXPECT_EQ(vnic_open(&cfg, &dev, &err), VNIC_ENODRIVER) << err.text;
    EXPECT_EQ(dev, nullptr);
    EXPECT_STREQ(err.operation, "WintunCreateAdapter");
    EXPECT_NE(strstr(err.text, "no Wintun driver is loaded"), nullptr) << err.text;
    EXPECT_GT(lines, 0);
}
