// An echo server with TLS and its client. The certificate is made on the spot; the client trusts it and no other.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>

#include "eddy/eddy.h"

using eddy::Task;

Task<> echo(eddy::Stream client) {
  for (;;) {
    std::string line = co_await client.read_line();
    if (line.empty()) break;
    co_await client.write(line);
  }
  co_await client.aclose();  // says goodbye: the client knows that nothing is missing
}

Task<> main_task() {
  eddy::Certificate certificate = eddy::make_self_signed("localhost");
  eddy::TlsServer server_side(certificate);
  auto server = co_await eddy::start_server(echo, "localhost", 0, server_side.alpn("echo"));

  eddy::Tls tls = eddy::Tls().ca_pem(certificate.chain()).alpn("echo");
  for (int i = 0; i < 2; ++i) {
    auto stream = co_await eddy::open_connection("localhost", server.port(), tls);
    co_await stream.write("hello\n");
    std::cout << co_await stream.read_line();
    auto info = eddy::tls_info(stream);
    std::cout << info->version << ", " << info->alpn << ", " << info->peer_subject
              << (info->resumed ? ", an earlier session\n" : "\n");
    co_await stream.aclose();
  }

  auto refused = co_await eddy::outcome(eddy::open_connection("localhost", server.port(), eddy::Tls()));
  std::cout << (refused.has_value() ? "connected\n" : "refused: nobody here trusts that certificate\n");
  co_await server.aclose();
}

int main() {
  eddy::run([]() -> Task<> {
    eddy::get_running_loop().set_exception_handler([](eddy::Loop&, const eddy::ErrorContext&) {});  // the refusal
    co_await main_task();
  });
}
