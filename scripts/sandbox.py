"""A server behind bubblewrap: it sees the system read-only, an /etc and a /run of its own, and of what
can hold somebody's data only its state folder."""


def sandboxed(state, command, environment=()):
    """A command as bwrap runs it. state.folder("etc") becomes /etc, state.folder("run") /run."""
    hidden = [word for folder in ["/home", "/root", "/srv", "/tmp", "/var", "/mnt", "/media"]
              for word in ["--tmpfs", folder]]
    variables = [word for pair in dict(environment).items() for word in ["--setenv", *pair]]
    return [state.root / "usr/bin/bwrap", "--die-with-parent", "--unshare-pid", "--clearenv",
            "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", *hidden,
            "--ro-bind", state.root, state.root, "--bind", state.path, state.path,
            "--ro-bind", state.folder("etc"), "/etc", "--bind", state.folder("run"), "/run",
            "--chdir", state.path, *variables, "--", *command]


def write_users(state, names):
    """An /etc in which these names are all whom the server runs as."""
    uid, gid = state.identity.uid, state.identity.gid
    (state.folder("etc") / "mtab").symlink_to("/proc/self/mounts")
    (state.path / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\n" + "".join(
        f"{name}:x:{uid}:{gid}::{state.path}:/bin/sh\n" for name in names))
    (state.path / "etc/group").write_text("root:x:0:\n" + "".join(
        f"{name}:x:{gid}:\n" for name in names))
