"""Seccomp: a Linux process gives up system calls that Landlock does not cover.

No library is needed: the filter is a short program for the kernel's packet filter (BPF). It refuses sockets, new
processes, signals to other processes, tracing, watching files, changes to the owner, mode and times of files, and what
only root may do. It supports only the two processors whose numbers are listed. A system call that is newer than the
list fails as if it did not exist.
"""

import ctypes
import os
import platform
import struct
import sys
from functools import cache
from typing import Any

_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2  # of prctl
_NEWEST = 462  # mseal: the newest system call when the lists were made

_REFUSED = {
    # sockets
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "accept": (43, 202), "accept4": (288, 242), "sendto": (44, 206), "sendmsg": (46, 211), "sendmmsg": (307, 269),
    # processes
    "fork": (57, None), "vfork": (58, None), "setsid": (112, 157), "setpgid": (109, 154), "unshare": (272, 97),
    "setns": (308, 268), "chroot": (161, 51), "pivot_root": (155, 41), "mount": (165, 40), "umount2": (166, 39),
    # other processes
    "kill": (62, 129), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424), "setpriority": (141, 140), "ioprio_set": (251, 30),
    "sched_setparam": (142, 118), "sched_setscheduler": (144, 119), "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274), "process_madvise": (440, 440), "process_mrelease": (448, 448), "kcmp": (312, 272),
    "migrate_pages": (256, 238), "move_pages": (279, 239),
    # what is shared between processes
    "shmget": (29, 194), "shmat": (30, 196), "semget": (64, 190), "msgget": (68, 186), "mq_open": (240, 180),
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "keyctl": (250, 219),
    "add_key": (248, 217), "request_key": (249, 218),
    # mode, owner and times of files, which Landlock does not restrict
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None),
    "lchown": (94, None), "fchown": (93, 55), "fchownat": (260, 54), "utime": (132, None), "utimes": (235, None),
    "futimesat": (261, None), "utimensat": (280, 88), "mknod": (133, None), "mknodat": (259, 33),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr": (197, 14),
    "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    # files outside, which Landlock does not restrict: watching them, and opening them as root without a path
    "inotify_init": (253, None), "inotify_init1": (294, 26), "inotify_add_watch": (254, 27),
    "fanotify_init": (300, 262), "fanotify_mark": (301, 263),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431),
    "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    # the whole computer, when root reads the files: its name, clock, users, modules and disks
    "sethostname": (170, 161), "setdomainname": (171, 162), "settimeofday": (164, 170), "adjtimex": (159, 171),
    "clock_settime": (227, 112), "clock_adjtime": (305, 266), "reboot": (169, 142), "acct": (163, 89),
    "swapon": (167, 224), "swapoff": (168, 225), "quotactl": (179, 60), "quotactl_fd": (443, 443),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "iopl": (172, None), "ioperm": (173, None), "syslog": (103, 116),
    "vhangup": (153, 58), "capset": (126, 91), "setuid": (105, 146), "setgid": (106, 144), "setreuid": (113, 145),
    "setregid": (114, 143), "setresuid": (117, 147), "setresgid": (119, 149), "setgroups": (116, 159),
    "setfsuid": (122, 151), "setfsgid": (123, 152),
    # large parts of the kernel that reading PDFs does not need
    "io_uring_setup": (425, 425), "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
}  # fmt: skip
_EXECUTE = {"execve": (59, 221), "execveat": (322, 281)}
_CLONE, _CLONE3, _TGKILL, _PRLIMIT = (56, 220), (435, 435), (234, 131), (302, 261)
_THREAD = 0x10000  # the flag of clone for a thread, which may be made

_PROCESSORS = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # place in the lists, name for the kernel

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # instructions
_ALLOW, _KILL, _EPERM, _ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026


def restrict(*, may_execute: bool = False) -> bool:
    """Give up these system calls permanently. Returns False if that is not possible.

    `may_execute` allows the process to replace itself with another program afterwards.
    """
    known = _PROCESSORS.get(platform.machine())
    if sys.platform != "linux" or known is None or sys.maxsize < 2**32:
        return False
    code = bytearray(b"".join([_common(*known, may_execute), *_own(known[0])]))
    program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(ctypes.c_char.from_buffer(code)))
    prctl = _prctl()
    return bool(prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0 and prctl(_SECCOMP, _FILTER, program, 0, 0) == 0)


def prepare() -> None:
    """Make what is the same for all processes which are forked from this one: most of the filter, and the function
    that sets it.
    """
    known = _PROCESSORS.get(platform.machine())
    if known:
        _common(*known, False)
        _prctl()


@cache
def _prctl() -> Any:
    return ctypes.CDLL(None).prctl


@cache
def _common(place: int, processor: int, may_execute: bool) -> bytes:
    """Return the first instructions of the filter.

    The data of a system call is at these offsets: 0 its number, 4 the processor, 16 its first argument.
    """
    refused = {**_REFUSED, **({} if may_execute else _EXECUTE)}
    numbers = sorted(number for pair in refused.values() if (number := pair[place]) is not None)
    steps = [
        _step(_LOAD, 4),
        _step(_EQUAL, processor, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, 0),
        _step(_AT_LEAST, _NEWEST + 1, 0, 1),
        _step(_RETURN, _ENOSYS),
        _step(_EQUAL, _CLONE3[place], 0, 1),
        _step(_RETURN, _ENOSYS),  # its flags cannot be inspected; without it, programs use clone
    ]
    for number in numbers:
        steps += [_step(_EQUAL, number, 0, 1), _step(_RETURN, _EPERM)]
    steps += [_step(_EQUAL, _CLONE[place], 0, 3), _step(_LOAD, 16), _step(_ANY_BIT, _THREAD, 1, 0)]
    return b"".join([*steps, _step(_RETURN, _EPERM), _step(_LOAD, 0)])


def _own(place: int) -> list[bytes]:
    """Return the last instructions, which contain the id of the process itself."""
    steps = []
    own = ((_TGKILL[place], os.getpid()), (_PRLIMIT[place], 0))  # a process aborts by sending a signal to itself
    for number, first in own:
        steps += [_step(_EQUAL, number, 0, 3), _step(_LOAD, 16), _step(_EQUAL, first, 1, 0)]
        steps += [_step(_RETURN, _EPERM), _step(_LOAD, 0)]
    return [*steps, _step(_RETURN, _ALLOW)]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)
