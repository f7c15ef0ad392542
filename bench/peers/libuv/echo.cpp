// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <uv.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>

#include "bench/peers/scenario.h"

namespace eddy::bench {
namespace {

void check(int result, const char* doing) {
  if (result >= 0) return;
  std::fprintf(stderr, "%s: %s\n", doing, uv_strerror(result));
  std::exit(1);
}

/// A client is read again once its bytes have been written, so it needs one buffer.
struct Client {
  uv_tcp_t socket{};
  uv_write_t write{};
  std::array<char, 64 * 1024> memory{};
};

Client& client_of(void* handle) { return *static_cast<Client*>(handle); }
uv_stream_t* stream(uv_tcp_t& socket) { return reinterpret_cast<uv_stream_t*>(&socket); }

void close(Client& client) {
  uv_close(reinterpret_cast<uv_handle_t*>(&client.socket),
           [](uv_handle_t* handle) { delete &client_of(handle->data); });
}

void give_memory(uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
  Client& client = client_of(handle->data);
  *buffer = uv_buf_init(client.memory.data(), client.memory.size());
}

void echo_bytes(uv_stream_t* socket, ssize_t size, const uv_buf_t* buffer);

void when_written(uv_write_t* write, int status) {
  Client& client = client_of(write->data);
  if (status < 0) return close(client);
  uv_read_start(stream(client.socket), give_memory, echo_bytes);
}

void echo_bytes(uv_stream_t* socket, ssize_t size, const uv_buf_t* buffer) {
  Client& client = client_of(socket->data);
  if (size < 0) return close(client);
  uv_buf_t bytes = uv_buf_init(buffer->base, static_cast<unsigned>(size));
  const int sent = uv_try_write(socket, &bytes, 1);
  if (sent == size) return;
  const int skipped = sent < 0 ? 0 : sent;
  bytes = uv_buf_init(buffer->base + skipped, static_cast<unsigned>(size - skipped));
  uv_read_stop(socket);
  uv_write(&client.write, socket, &bytes, 1, when_written);
}

void take_client(uv_stream_t* listener, int status) {
  check(status, "listen");
  auto* client = new Client;
  client->socket.data = client->write.data = client;
  check(uv_tcp_init(listener->loop, &client->socket), "uv_tcp_init");
  check(uv_accept(listener, stream(client->socket)), "uv_accept");
  uv_tcp_nodelay(&client->socket, 1);
  uv_read_start(stream(client->socket), give_memory, echo_bytes);
}

int port_of(const uv_tcp_t& listener) {
  sockaddr_in address{};
  int size = sizeof address;
  check(uv_tcp_getsockname(&listener, reinterpret_cast<sockaddr*>(&address), &size), "uv_tcp_getsockname");
  return ntohs(address.sin_port);
}

// --- without memory of its own while nothing arrives --------------------------------------------------------------

/// What a client sent and gets back.
struct Bytes {
  uv_write_t write{};
  char memory[4 * 1024];
};

void give_new_memory(uv_handle_t*, std::size_t, uv_buf_t* buffer) {
  auto* bytes = new Bytes;
  bytes->write.data = bytes;
  *buffer = uv_buf_init(bytes->memory, sizeof bytes->memory);
}

Bytes& bytes_of(char* memory) { return *reinterpret_cast<Bytes*>(memory - offsetof(Bytes, memory)); }

void echo_new_memory(uv_stream_t* socket, ssize_t size, const uv_buf_t* buffer) {
  if (size > 0) {
    uv_buf_t sent = uv_buf_init(buffer->base, static_cast<unsigned>(size));
    uv_write(&bytes_of(buffer->base).write, socket, &sent, 1,
             [](uv_write_t* write, int) { delete static_cast<Bytes*>(write->data); });
    return;
  }
  if (buffer->base) delete &bytes_of(buffer->base);
  if (size < 0) {
    uv_close(reinterpret_cast<uv_handle_t*>(socket),
             [](uv_handle_t* handle) { delete reinterpret_cast<uv_tcp_t*>(handle); });
  }
}

void take_idle_client(uv_stream_t* listener, int status) {
  check(status, "listen");
  auto* client = new uv_tcp_t;
  check(uv_tcp_init(listener->loop, client), "uv_tcp_init");
  check(uv_accept(listener, stream(*client)), "uv_accept");
  uv_read_start(stream(*client), give_new_memory, echo_new_memory);
}

// -------------------------------------------------------------------------------------------------------------------

double serve(uv_connection_cb take) {
  uv_loop_t* loop = uv_default_loop();
  uv_tcp_t listener;
  sockaddr_in address;
  check(uv_tcp_init(loop, &listener), "uv_tcp_init");
  check(uv_ip4_addr("127.0.0.1", 0, &address), "uv_ip4_addr");
  check(uv_tcp_bind(&listener, reinterpret_cast<sockaddr*>(&address), 0), "uv_tcp_bind");
  check(uv_listen(stream(listener), 1024, take), "uv_listen");
  print_port(port_of(listener));
  return uv_run(loop, UV_RUN_DEFAULT);
}

double echo() { return serve(take_client); }
double echo_idle() { return serve(take_idle_client); }

const Scenario net[] = {{"echo", echo}, {"echo_idle", echo_idle}};

}  // namespace

std::string version() { return std::string("libuv ") + uv_version_string(); }

}  // namespace eddy::bench
