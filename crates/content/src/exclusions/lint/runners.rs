//! Names of programs that run what they are told: in lower case, without `.exe` and a version at the end.

/// Shells.
const SHELLS: &[&str] = &[
    "sh",
    "bash",
    "dash",
    "ash",
    "zsh",
    "ksh",
    "mksh",
    "csh",
    "tcsh",
    "fish",
    "busybox",
    "toybox",
    "pwsh",
    "powershell",
    "powershell_ise",
    "cmd",
];

/// Interpreters of languages, and what runs programs written in them.
const LANGUAGES: &[&str] = &[
    "perl",
    "python",
    "pythonw",
    "pypy",
    "ipython",
    "node",
    "nodejs",
    "deno",
    "bun",
    "java",
    "javaw",
    "javaws",
    "jshell",
    "php",
    "php-cgi",
    "php-fpm",
    "ruby",
    "irb",
    "lua",
    "luajit",
    "texlua",
    "tclsh",
    "wish",
    "expect",
    "awk",
    "gawk",
    "mawk",
    "nawk",
    "guile",
    "racket",
    "erl",
    "elixir",
    "ghci",
    "runghc",
    "rscript",
    "julia",
    "dotnet",
    "mono",
    "scala",
    "groovy",
    "gdb",
    "lldb",
    "make",
    "gmake",
    "osascript",
    "wine",
    "qemu-x86_64",
    "uv",
    "uvx",
    "npx",
    "npm",
    "autoit3",
    "autohotkey",
];

/// What starts what follows on its command line.
const STARTERS: &[&str] = &[
    "env",
    "find",
    "xargs",
    "parallel",
    "nohup",
    "nice",
    "ionice",
    "chrt",
    "taskset",
    "timeout",
    "setsid",
    "stdbuf",
    "unshare",
    "nsenter",
    "chroot",
    "watch",
    "script",
    "screen",
    "tmux",
    "sudo",
    "doas",
    "su",
    "runuser",
    "setpriv",
    "systemd-run",
    "start-stop-daemon",
    "proot",
    "fakeroot",
    "strace",
    "ltrace",
    "flock",
];

/// What starts containers, whose programs are others.
const CONTAINERS: &[&str] = &["docker", "podman", "runc", "crun", "ctr", "nerdctl", "containerd-shim", "lxc-start", "bwrap", "firejail"];

/// Programs of Windows that run or load what they are given (kept as LOLBAS), written as above but with the digits that belong to the name.
pub(super) const LOADERS: &[&str] = &[
    "wscript",
    "cscript",
    "mshta",
    "rundll32",
    "regsvr32",
    "regsvcs",
    "regasm",
    "msbuild",
    "installutil",
    "certutil",
    "svchost",
    "dllhost",
    "conhost",
    "forfiles",
    "msiexec",
    "wmic",
    "bitsadmin",
    "cmstp",
    "odbcconf",
    "ieexec",
    "csi",
    "rcsi",
    "fsi",
    "dnx",
    "msdt",
    "pcalua",
    "bash",
    "wsl",
    "explorer",
    "taskeng",
];

/// What runs whatever lies in a web site or is asked over the network, or whatever it is told.
pub(super) const HOSTS: &[&str] = &[
    "php",
    "php-cgi",
    "php-fpm",
    "apache",
    "httpd",
    "nginx",
    "lighttpd",
    "caddy",
    "find",
    "xargs",
    "java",
    "javaw",
    "node",
    "nodejs",
    "w3wp",
    "tomcat",
    "iisexpress",
    "catalina",
];

/// Packages of such programs, by the first part of their names.
pub(super) const PACKAGES: &[&str] = &[
    "bash",
    "dash",
    "zsh",
    "ksh",
    "mksh",
    "fish",
    "busybox",
    "toybox",
    "coreutils",
    "findutils",
    "util-linux",
    "perl",
    "perl-base",
    "python",
    "nodejs",
    "node",
    "openjdk",
    "java",
    "php",
    "ruby",
    "lua",
    "luajit",
    "tcl",
    "gawk",
    "mawk",
    "powershell",
    "docker",
    "docker-ce",
    "podman",
    "runc",
    "crun",
    "containerd",
    "libc6",
];

/// Folders that hold such a program and nothing else of note.
pub(super) const FOLDERS: &[&str] = &["windowspowershell", "powershell", "nodejs", "jvm"];

/// Whether a parent of that name starts what anybody tells it. Shells are told apart by who started them.
pub(super) fn starts_anything(name: &str, alone: bool) -> bool {
    const OF_WINDOWS: [&str; 2] = ["wmiprvse", "scrcons"];
    const DATABASES: [&str; 6] = ["mysqld", "mariadbd", "postgres", "redis-server", "mongod", "sqlservr"];
    let known = [LANGUAGES, STARTERS, CONTAINERS].iter().any(|list| list.contains(&name));
    let loader = LOADERS.contains(&name) && !["svchost", "explorer", "bash", "taskeng"].contains(&name);
    (alone && known) || loader || OF_WINDOWS.contains(&name) || DATABASES.contains(&name)
}

/// Whether it is an interpreter or a launcher.
pub(super) fn runs_what_it_is_told(name: &str) -> bool {
    [SHELLS, LANGUAGES, STARTERS, CONTAINERS].iter().any(|list| list.contains(&name))
}
