//! Listening, with an error that says what to do.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;

/// An address can't be listened on.
#[derive(Debug, thiserror::Error)]
#[error("can't listen on {address}: set {variable} to another port, or stop what uses this one")]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// The variable that names its port.
    pub variable: &'static str,
    /// Why not.
    pub source: io::Error,
}

/// Listens on `address`, which `variable` names.
pub(crate) async fn bind(
    address: SocketAddr,
    variable: &'static str,
) -> Result<TcpListener, BindError> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|source| BindError { address, variable, source })
}
