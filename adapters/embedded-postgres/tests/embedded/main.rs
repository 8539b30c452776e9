//! The crate from outside: real servers on temporary folders, one file a property.

#[cfg(test)]
mod binaries;
#[cfg(test)]
mod contention;
#[cfg(test)]
mod killed;
#[cfg(test)]
mod start;
#[cfg(test)]
mod support;
#[cfg(test)]
mod users;
