"""Run a command without a network: only this machine's own loopback.

    python book/_tools/offline.py COMMAND ...

Linux gives a process a network of its own (`unshare`); jupyter speaks to its kernels on loopback,
which is all that this network has. Where that is not allowed the command is not run: status 125.
"""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys

CANNOT = 125
OWN_NETWORK = ("unshare", "--map-root-user", "--net")
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1


def possible() -> bool:
    """Say whether this machine lets a process have a network of its own."""
    if shutil.which(OWN_NETWORK[0]) is None:
        return False
    return subprocess.run([*OWN_NETWORK, "true"], capture_output=True, check=False).returncode == 0


def raise_loopback() -> None:
    """Switch on the loopback of this process's network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        request = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack("16xh14x", fcntl.ioctl(door, SIOCGIFFLAGS, request))
        fcntl.ioctl(door, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def main(command: list[str]) -> int:
    """Run a command in a network of its own and return its exit status."""
    if command[:1] == ["--inside"]:
        raise_loopback()
        os.execvp(command[1], command[1:])
    if not possible():
        print("This machine gives no process a network of its own.", file=sys.stderr)
        return CANNOT
    inside = [*OWN_NETWORK, sys.executable, __file__, "--inside", *command]
    return subprocess.run(inside, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
