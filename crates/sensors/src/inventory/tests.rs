//! An image of a host in a folder. Whoever runs the tests owns it; only `root` can make one that is `root`'s.

use super::*;
use std::os::unix::fs::{PermissionsExt, symlink};

const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

fn image() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| {
        let path = join(root.path(), path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    };
    put("/etc/passwd", "root:x:0:0::/root:/bin/sh\nsvc:x:1001:1001::/:/bin/false\n");
    put("/etc/group", "root:x:0:\nstaff:x:50:svc\n");
    put("/opt/minex/bin/minexd", "test");
    put("/opt/minex/lib/a/b.so", "test");
    put("/usr/bin/rsync", "test");
    put("/usr/lib/python3/dist-packages/pkg/core.so", "test");
    put("/usr/lib/python3/dist-packages/pkg-1.2.dist-info/RECORD", "pkg/core.so,sha256=n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg,4\n");
    put(
        "/var/lib/dpkg/info/rsync.md5sums",
        "098f6bcd4621d373cade4e832627b4f6  bin/rsync\n00000000000000000000000000000000  usr/share/doc/x\nnonsense\n",
    );
    put("/var/lib/dpkg/status", "Package: rsync\nVersion: 3.2.7-1\nMaintainer: Somebody <a@b.c>\n\n");
    symlink("usr/bin", join(root.path(), "/bin")).unwrap();
    for entry in walkdir::WalkDir::new(root.path()).into_iter().map(Result::unwrap).filter(|e| !e.path_is_symlink()) {
        let mode = if entry.file_type().is_dir() { 0o755 } else { 0o644 };
        fs::set_permissions(entry.path(), fs::Permissions::from_mode(mode)).unwrap();
    }
    root
}

fn taken(root: &Path, places: &[&str]) -> Inventory {
    let mut inventory = Inventory::new(root, "host-1", "2026-11-18T00:00:00Z");
    places.iter().for_each(|place| inventory.add(place));
    inventory.add_packages(None);
    inventory
}

/// Who writes each path.
fn writers(inventory: &Inventory) -> Vec<(String, String)> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    inventory.file_rows().map(|row| (text(row, "FilePath"), text(row, "WritableBy"))).collect()
}

fn mode(root: &Path, path: &str, mode: u32) {
    fs::set_permissions(join(root, path), fs::Permissions::from_mode(mode)).unwrap();
}

fn is_root(root: &Path) -> bool {
    fs::metadata(root).unwrap().uid() == 0
}

#[test]
fn a_file_is_as_safe_as_the_folders_above_it() {
    let image = image();
    let root = image.path();
    if is_root(root) {
        let found = taken(root, &["/opt/minex/*", "/usr/bin/rsync", "/opt/later/program"]);
        assert_eq!((found.problems.len(), found.absent.as_slice()), (0, &["/opt/later/program".to_owned()][..]), "{:?}", found.problems);
        assert!(writers(&found).iter().all(|(_, by)| by.is_empty()), "{:?}", writers(&found));
        let paths: Vec<String> = writers(&found).into_iter().map(|(path, _)| path).collect();
        assert_eq!(
            paths,
            [
                "/opt",
                "/opt/minex",
                "/opt/minex/bin",
                "/opt/minex/bin/minexd",
                "/opt/minex/lib",
                "/opt/minex/lib/a",
                "/opt/minex/lib/a/b.so",
                "/usr/bin",
                "/usr/bin/rsync"
            ]
        );
        let row = found.file_rows().find(|row| row["FilePath"] == "/opt/minex/bin/minexd").unwrap();
        assert_eq!(
            (&row["SHA256"], &row["Mode"], &row["Owner"], &row["Kind"]),
            (&json!(DIGEST), &json!("0644"), &json!("root"), &json!("file"))
        );
    }
    // Whoever writes a folder above puts another file there.
    mode(root, "/opt/minex", 0o777);
    let by = writers(&taken(root, &["/opt/minex/bin/minexd"]));
    let whose = by.iter().find(|(path, _)| path == "/opt/minex/bin/minexd").unwrap();
    assert!(!whose.1.is_empty() && (!is_root(root) || whose.1 == "everybody (/opt/minex)"), "{by:?}");
    mode(root, "/opt/minex", 0o775);
    if is_root(root) {
        std::os::unix::fs::chown(join(root, "/opt/minex"), Some(0), Some(50)).unwrap();
        assert!(
            writers(&taken(root, &["/opt/minex/*"])).contains(&("/opt/minex/lib/a/b.so".to_owned(), "group staff (/opt/minex)".to_owned()))
        );
        mode(root, "/opt/minex", 0o755);
        std::os::unix::fs::chown(join(root, "/opt/minex/bin/minexd"), Some(1001), None).unwrap();
        assert!(
            writers(&taken(root, &["/opt/minex/bin/minexd"]))
                .contains(&("/opt/minex/bin/minexd".to_owned(), "user svc (/opt/minex/bin/minexd)".to_owned()))
        );
    }
}

#[test]
fn packages_of_the_files_that_are_there() {
    let image = image();
    let mut found = taken(image.path(), &["/usr/bin/rsync", "/usr/lib/python3/dist-packages/pkg/*"]);
    let list = "rsync\t3.4-1\tVendor\t/usr/bin/rsync\t9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08\nother\t1-1\tV\t/usr/bin/other\tab\ngpg-pubkey\nwrong\tline\n";
    found.add_packages(Some((Path::new("rpm.tsv"), list)));
    let rows: Vec<Value> = found.package_rows().collect();
    let seen: Vec<[&str; 5]> =
        rows.iter().map(|r| ["Package", "Version", "FilePath", "SHA256", "MD5"].map(|key| r[key].as_str().unwrap())).collect();
    assert_eq!(
        seen,
        [
            ["pkg", "1.2", "/usr/lib/python3/dist-packages/pkg/core.so", DIGEST, ""],
            ["rsync", "3.2.7-1", "/usr/bin/rsync", "", "098f6bcd4621d373cade4e832627b4f6"],
            ["rsync", "3.4-1", "/usr/bin/rsync", DIGEST, ""],
        ]
    );
    assert_eq!(found.problems.len(), 1);
    assert!(found.problems[0].starts_with("rpm.tsv: 1 lines"), "{:?}", found.problems);
}

#[test]
fn no_link_is_followed() {
    let image = image();
    let root = image.path();
    symlink("/etc/shadow", join(root, "/opt/minex/bin/link")).unwrap();
    let found = taken(root, &["/bin/rsync", "/opt/minex/bin/link", "/opt/minex/*"]);
    assert!(found.problems.iter().any(|p| p == "/bin/rsync: /bin is a link: name the path to which it leads"), "{:?}", found.problems);
    assert!(found.problems.iter().any(|p| p.starts_with("/opt/minex/bin/link is a link")), "{:?}", found.problems);
    assert!(!writers(&found).iter().any(|(path, _)| path.contains("link") || path.starts_with("/bin")), "{:?}", writers(&found));
}
