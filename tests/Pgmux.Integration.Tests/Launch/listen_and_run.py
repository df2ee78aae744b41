"""Listens as a service manager does for a unit with sockets, then becomes the program: sd_listen_fds(3).

Arguments: a path for a Unix socket, a TCP port, then the program with its arguments.
"""

import fcntl
import os
import socket
import sys

unix_path, port, program = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
unix = socket.socket(socket.AF_UNIX)
unix.bind(unix_path)
tcp = socket.socket(socket.AF_INET)
tcp.bind(("127.0.0.1", port))
unix.listen()
tcp.listen()
# Out of the way first: a descriptor that already has the number it is to have would stay one that exec closes.
moved = [fcntl.fcntl(listener.fileno(), fcntl.F_DUPFD, 10) for listener in (unix, tcp)]
for number, descriptor in enumerate(moved):
    os.dup2(descriptor, 3 + number)
os.environ["LISTEN_PID"] = str(os.getpid())
os.environ["LISTEN_FDS"] = "2"
os.execvp(program[0], program)
