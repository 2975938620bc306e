// Rules of Poolhound for miner programs and their scripts.
// Few strings, case-sensitive where the thing is: the search is fast up to 64 atoms a set, and several times slower beyond.
// What only writes about mining must not match: rules of sensors, lists of indicators, documents, captured traffic.

private rule executable
{
    condition:
        uint16be(0) == 0x4d5a or uint32be(0) == 0x7f454c46 or
        uint32be(0) == 0xcffaedfe or uint32be(0) == 0xcefaedfe or uint32be(0) == 0xcafebabe
}

rule miner_xmrig_family
{
    meta:
        author = "Poolhound"
        description = "XMRig or a program made of it"
        severity = "High"
    strings:
        $a1 = "donate-level"
        $a2 = "cpu-max-threads-hint"
        $a3 = "huge-pages-jit"
        $a4 = "randomx-1gb-pages"
        $a5 = "\"keepalived\""
        $a6 = "XMRig"
        $a7 = "cn-heavy/xhv"
    condition:
        executable and filesize < 64MB and 4 of them
}

rule miner_stratum_client
{
    meta:
        author = "Poolhound"
        description = "A program that speaks Stratum to pools of Bitcoin and its kin, as cpuminer, cgminer and ccminer"
        severity = "High"
    strings:
        $m1 = "mining.subscribe"
        $m2 = "mining.authorize"
        $m3 = "mining.submit"
        $u1 = "stratum+tcp"
        $x1 = "X-Mining-Extensions"
        $x2 = "coinbase-addr"
        $x3 = "longpoll"
    condition:
        executable and filesize < 64MB and all of ($m*) and ($u1 or 2 of ($x*))
}

rule miner_stratum_script
{
    meta:
        author = "Poolhound"
        description = "A script that speaks Stratum to a pool, as a miner or a proxy of miners"
        severity = "Medium"
    strings:
        $m1 = "mining.subscribe"
        $m2 = "mining.authorize"
        $m3 = "mining.submit"
        $c1 = "import "
        $c2 = "require("
        $not1 = "condition:"
        $not2 = "alert tcp"
        $not3 = "event_type"
    condition:
        not executable and filesize < 1MB and all of ($m*) and 1 of ($c*) and not 1 of ($not*)
}

rule miner_gpu_algorithms
{
    meta:
        author = "Poolhound"
        description = "A program with the algorithms of GPU miners and a way to their pools"
        severity = "High"
    strings:
        $g1 = "etchash"
        $g2 = "kawpow"
        $g3 = "autolykos2"
        $g4 = "octopus"
        $g5 = "ethproxy"
        $g6 = "progpow"
    condition:
        executable and filesize < 128MB and 4 of them
}

rule webminer_script
{
    meta:
        author = "Poolhound"
        description = "A miner that runs in a web page"
        severity = "Medium"
    strings:
        $w1 = "CoinHive.Anonymous("
        $w2 = "CoinHive.User("
        $w3 = "cryptonight.wasm"
        $w4 = "deepMiner.Anonymous("
        $w5 = "CRLT.Anonymous("
        $w6 = "hashesPerSecond"
        $not1 = "condition:"
    condition:
        filesize < 4MB and not executable and not $not1 and (1 of ($w1, $w2, $w4, $w5) and not uint16be(0) == 0x504b or $w3 and $w6)
}
