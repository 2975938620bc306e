// A rule of x0r, kept as it was published. Alone it also matches browsers and other programs that carry one,
// so it never weighs more than Low.
rule bitcoin
{
    meta:
        author = "x0r"
        description = "Perform crypto currency mining"
        version = "0.1"
    strings:
        $f1 = "OpenCL.dll" nocase
        $f2 = "nvcuda.dll" nocase
        $f3 = "opengl32.dll" nocase
        $s1 = "cpuminer 2.2.2X-Mining-Extensions"
        $s2 = "cpuminer 2.2.3X-Mining-Extensions"
        $s3 = "Ufasoft bitcoin-miner/0.20"
        $s4 = "bitcoin" nocase
        $s5 = "stratum" nocase
    condition:
        1 of ($f*) and 1 of ($s*)
}
