//! Wallets in the command lines of exports.

use crate::support::{Folder, read, wants};
use model::Source;

const XMR: &str = "48edfHu7V9Z84YzzMa6fUueoELZ9ZRXq9VetWzYGzKt52XU5xvqgzYnDK9URnRoJMk1j8nLwEVsaSWJ4fhdUyZijBGUicoD";

fn processes() -> String {
    format!(
        "Timestamp,DeviceName,AccountName,FileName,FolderPath,ProcessCommandLine,SHA256\n\
         2026-11-18T02:05:00Z,pc1,bob,xmrig,/tmp/xmrig,\"xmrig -o pool:3333 -u {XMR}.rig\",aa\n\
         2026-11-18T02:06:00Z,pc1,bob,ls,/bin/ls,ls -l,bb\n"
    )
}

#[test]
fn a_wallet_table_comes_of_processes_that_no_query_asks_for() {
    let folder = Folder::new(&[("DeviceProcessEvents.csv", processes().as_bytes())]);
    let columns = &["Computer", "Coin", "Wallet", "Account", "ProcessName", "ProcessPath", "SHA256", "SourceTable"];
    let (rows, seen) = folder.table("PoolhoundWallet_CL", columns);
    assert_eq!(rows, [format!("pc1|XMR|{XMR}|bob|xmrig|/tmp/xmrig|aa|DeviceProcessEvents")]);
    assert_eq!(seen.errors, []);
    assert_eq!((seen.records["PoolhoundWallet_CL"], seen.records["DeviceProcessEvents"]), (1, 2));
    assert!(!seen.rows.contains_key("DeviceProcessEvents"), "nobody wants them");
}

#[test]
fn a_wallet_and_its_process_are_one_record() {
    let folder = Folder::new(&[("DeviceProcessEvents.csv", processes().as_bytes())]);
    let evidence = folder.open();
    let wanted =
        wants(&evidence.offer(), &[("PoolhoundWallet_CL", &["TimeGenerated"]), ("DeviceProcessEvents", &["TimeGenerated", "FileName"])]);
    let seen = read(&evidence, &wanted, 1);
    let wallet = &seen.rows["PoolhoundWallet_CL"][0];
    let process = &seen.rows["DeviceProcessEvents"][0];
    assert_eq!((wallet.0, wallet.1), (process.0, process.1));
    assert_eq!(wallet.2[0], process.2[0]);
    assert_eq!(process.2.len(), 2, "columns that only the wallet needs are taken off again");
}

#[test]
fn where_there_is_no_process_there_is_no_wallet_table() {
    let folder = Folder::new(&[("conn.log", br#"{"ts":1,"uid":"C","id.orig_h":"10.0.0.1","conn_state":"SF"}"#)]);
    assert!(folder.open().offer().tables.iter().all(|table| &*table.name != "PoolhoundWallet_CL"));
}
