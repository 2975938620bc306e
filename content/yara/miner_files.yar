// Rules of Poolhound for configurations and start files of miners.
// All begin with the size of the file: large ones are not searched at all. A string begins with plain letters, so that it costs one atom.

private rule program
{
    condition:
        uint16be(0) == 0x4d5a or uint32be(0) == 0x7f454c46 or
        uint32be(0) == 0xcffaedfe or uint32be(0) == 0xcefaedfe or uint32be(0) == 0xcafebabe
}

rule miner_start_script
{
    meta:
        author = "Poolhound"
        description = "A script, a service, a batch file or a timetable that starts a miner"
        severity = "High"
    strings:
        $u1 = "stratum+tcp://"
        $u2 = "stratum+ssl://"
        $o1 = "donate-level"
        $o2 = "-a rx/"
        $o3 = "-a cn/"
        $o4 = "-a kawpow"
        $o5 = "xmrig -o "
        $w1 = /-u 4[0-9AB][1-9A-HJ-NP-Za-km-z]{93}/
        $w2 = /-u 8[1-9A-HJ-NP-Za-km-z]{94}/
        $w3 = /-u 0x[0-9a-fA-F]{40}/
        $w4 = /--user.{1,2}([48][1-9A-HJ-NP-Za-km-z]{94}|0x[0-9a-fA-F]{40}|bc1q[0-9a-z]{38,58})/
        $w5 = /--wallet.{1,2}([48][1-9A-HJ-NP-Za-km-z]{94}|0x[0-9a-fA-F]{40}|bc1q[0-9a-z]{38,58})/
        $w6 = /-wal ([48][1-9A-HJ-NP-Za-km-z]{94}|0x[0-9a-fA-F]{40}|bc1q[0-9a-z]{38,58})/
        $t1 = " -o "
        $t2 = "--url"
        $t3 = "--pool"
        $t4 = "-pool "
        $s1 = "ExecStart="
        $s2 = "@echo off"
        $s3 = "* * * "
        $s4 = "@reboot"
        $not1 = "condition:"
        $not2 = "alert tcp"
        $not3 = "```"
        $not4 = "\n## "
    condition:
        filesize < 256KB and not program and not 1 of ($not*) and
        ((uint16be(0) == 0x2321 or 1 of ($s*)) and (1 of ($u*) and 1 of ($o*) or $o5 or $o1 and 1 of ($o2, $o3, $o4) or 1 of ($w*) and (1 of ($t*) or $o1)) or filesize < 2KB and 1 of ($w*) and 1 of ($t*))
}

rule miner_config_json
{
    meta:
        author = "Poolhound"
        description = "A configuration of XMRig, of a program made of it, or of another miner with a list of pools"
        severity = "High"
    strings:
        $k1 = "\"donate-level\""
        $k2 = "\"pools\""
        $k3 = "\"rig-id\""
        $k4 = "\"max-threads-hint\""
        $k5 = "\"huge-pages\""
        $k6 = "\"randomx\""
        $k7 = "\"nicehash\""
        $pass = "\"pass\""
        $url = "\"stratum+"
        $user1 = /"user"\s{0,4}:\s{0,4}"([48][1-9A-HJ-NP-Za-km-z]{94}|0x[0-9a-fA-F]{40}|bc1q[0-9a-z]{38,58}|kaspa:[0-9a-z]{60,64})/
        $user2 = /"wallet"\s{0,4}:\s{0,4}"([48][1-9A-HJ-NP-Za-km-z]{94}|0x[0-9a-fA-F]{40}|bc1q[0-9a-z]{38,58}|kaspa:[0-9a-z]{60,64})/
    condition:
        filesize < 256KB and (uint8(0) == 0x7b or uint8(0) == 0x0a or uint8(0) == 0x20 or uint8(0) == 0x2f or uint8(0) == 0xef) and
        $k2 and ($k1 or 2 of ($k3, $k4, $k5, $k6, $k7) or $pass and ($url or 1 of ($user*)))
}

rule miner_config_text
{
    meta:
        author = "Poolhound"
        description = "A configuration of xmr-stak, of nanominer, or of PhoenixMiner and Claymore's miner"
        severity = "High"
    strings:
        $x1 = "\"pool_list\""
        $x2 = "\"wallet_address\""
        $x3 = "\"use_nicehash\""
        $n1 = /wallet[ \t]{0,4}=[ \t]{0,4}[0-9A-Za-z:]{26,110}/
        $n2 = "rigName"
        $n3 = /pool1[ \t]{0,4}=[ \t]{0,4}[A-Za-z0-9.-]{4,80}:[0-9]{2,5}/
        $p = /POOL: {0,3}[^\s,]{4,80}, {0,3}WALLET: {0,3}[0-9A-Za-z]{26,110}/
    condition:
        filesize < 64KB and not program and (all of ($x*) or $n1 and 1 of ($n2, $n3) or $p)
}
