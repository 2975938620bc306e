//! Reads small pieces of evidence, whole and damaged, and what there is of the public samples.

mod corpora;
mod hostile;
mod support;
mod suricata;
mod zeek;
