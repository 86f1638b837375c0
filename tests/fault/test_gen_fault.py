# SPDX-License-Identifier: Apache-2.0
"""The generator of the failing door: every style of failure, compiled and called."""
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
HEADER = """
#include <stddef.h>
#include <sys/types.h>
int vnic__sys_open(const char *path, int flags);
/* Maps memory. @fail MAP_FAILED */
void *vnic__sys_mmap(size_t len,
                     int prot);
ssize_t vnic__sys_read(int fd, void *buf, size_t n); /* @fail -errno */
int vnic__sys_close(int fd);
int vnic__sys_thread(void *(*start)(void *), void *arg); /* @fail errno */
int vnic__sys_pid(void); /* @fail none */
int vnic__sys_ioctl(int fd, unsigned long request, void *arg);
void vnic__sys_forget(void *p);
"""
REAL = """
#include "fault_rename.h"
#include "linux_sys_sample.h"
int closed;
int vnic__sys_open(const char *path, int flags) { return path != NULL && flags ? 7 : 8; }
void *vnic__sys_mmap(size_t len, int prot) { (void)len; (void)prot; return NULL; }
ssize_t vnic__sys_read(int fd, void *buf, size_t n) { (void)fd; (void)buf; return (ssize_t)n; }
int vnic__sys_close(int fd) { closed = fd; return 0; }
int vnic__sys_thread(void *(*start)(void *), void *arg) { (void)start; (void)arg; return 0; }
int vnic__sys_pid(void) { return 42; }
int vnic__sys_ioctl(int fd, unsigned long request, void *arg) { (void)request; return arg ? 0 : fd; }
void vnic__sys_forget(void *p) { (void)p; }
"""
MAIN = """
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include "linux_sys_sample.h"
extern int closed;
static int error;
static const char *asked = "";
static uintptr_t about;
int vnic__fault_hit(const char *call, uintptr_t detail) { asked = call; about = detail; return error; }
int main(void) {
    assert(vnic__sys_open("/", 1) == 7 && strcmp(asked, "open") == 0);
    assert(strcmp((const char *)about, "/") == 0);
    assert(vnic__sys_ioctl(4, 77, NULL) == 4 && about == 77);
    assert(vnic__sys_read(1, NULL, 5) == 5 && about == 1);
    assert(vnic__sys_thread(NULL, NULL) == 0);
    error = EIO;
    errno = 0;
    assert(vnic__sys_open("/", 1) == -1 && errno == EIO);
    errno = 0;
    assert(vnic__sys_mmap(1, 1) == MAP_FAILED && errno == EIO);
    errno = 0;
    assert(vnic__sys_read(1, NULL, 5) == -EIO && errno == 0);
    assert(vnic__sys_thread(NULL, NULL) == EIO && errno == 0);
    assert(vnic__sys_close(3) == -1 && errno == EIO && closed == 3);
    asked = "";
    assert(vnic__sys_pid() == 42 && strcmp(asked, "") == 0);
    vnic__sys_forget(NULL);
    return 0;
}
"""


def generate(tmp_path, header):
    (tmp_path / "linux_sys_sample.h").write_text(header)
    return subprocess.run([sys.executable, HERE / "gen_fault.py", "--out", tmp_path,
                           tmp_path / "linux_sys_sample.h"], capture_output=True, text=True)


def test_every_style_of_failure(tmp_path):
    made = generate(tmp_path, HEADER)
    assert made.returncode == 0, made.stderr
    for name, text in (("real.c", REAL), ("main.c", MAIN)):
        (tmp_path / name).write_text(text)
    subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-UNDEBUG", "-o", tmp_path / "t",
                    tmp_path / "real.c", tmp_path / "main.c", tmp_path / "fault_wrappers.c"], check=True)
    subprocess.run([tmp_path / "t"], check=True)


WINDOWS = """
/*
 * A door. @fail DWORD errno
 */
typedef struct thing_object *thing;
HANDLE vnic__sys_create_event(BOOL manual);
HANDLE vnic__sys_open_device(const wchar_t *path); /* @fail INVALID_HANDLE_VALUE */
BOOL vnic__sys_set_event(HANDLE event); /* @fail none */
DWORD vnic__sys_wait_any(DWORD n); /* @fail WAIT_FAILED */
DWORD vnic__sys_get_row(void *row);
HDEVINFO vnic__sys_devices(void);
LSTATUS vnic__sys_reg_get(HKEY key);
thing vnic__sys_thing(void);
int vnic__sys_is_elevated(void); /* @fail -1 */
void vnic__sys_close_device(HANDLE file);
"""


def test_every_style_of_windows(tmp_path):
    (tmp_path / "win_sys_sample.h").write_text(WINDOWS)
    (tmp_path / "model.cc").write_text("DWORD vnic__model_get_row(void *row) { return row ? 0 : 87; }")
    command = [sys.executable, HERE / "gen_fault.py", "--out", tmp_path, "--list", "--system", "windows",
               "--models", tmp_path / "model.cc", "--", tmp_path / "win_sys_sample.h"]
    made = subprocess.run(command, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    styles = dict(line.removeprefix("vnic__sys_").split(" ", 1) for line in made.stdout.splitlines())
    assert styles == {"create_event": "NULL", "open_device": "INVALID_HANDLE_VALUE", "set_event": "none",
                      "wait_any": "WAIT_FAILED", "get_row": "errno", "devices": "INVALID_HANDLE_VALUE",
                      "reg_get": "errno", "thing": "NULL", "is_elevated": "-1",
                      "close_device": "none after"}
    wrappers = (tmp_path / "fault_wrappers.c").read_text()
    assert "return vnic__model_get_row(row);" in wrappers
    assert "return vnic__real_thing();" in wrappers
    assert "SetLastError((DWORD)error);\n        return (HANDLE)INVALID_HANDLE_VALUE;" in wrappers
    (tmp_path / "model.cc").write_text("void vnic__model_nothing(void) { }")
    assert "no door has: nothing" in subprocess.run(command, capture_output=True, text=True).stderr


def test_refuses_what_it_does_not_understand(tmp_path):
    assert "unknown tag" in generate(tmp_path, "int vnic__sys_x(int a); /* @fail never */").stderr
    assert "variadic" in generate(tmp_path, "int vnic__sys_x(int a, ...);").stderr
    assert "not understood" in generate(
        tmp_path, "int vnic__sys_y(void);\nstatic inline int vnic__sys_x(int a) { return a; }").stderr
    assert "no vnic__sys_" in generate(tmp_path, "int other(void);").stderr
