//! The engine as a whole: queries over rows at hand, and the pass over evidence.

#[path = "engine/evidence.rs"]
mod evidence;
#[path = "engine/hostile.rs"]
mod hostile;
#[path = "engine/literate.rs"]
mod literate;
#[path = "engine/pass.rs"]
mod pass;
