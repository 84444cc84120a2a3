// For tests of the real network: a server on the loopback interface that can misbehave in every way.
#pragma once

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <charconv>
#include <functional>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "base/text.h"
#include "wire/curl.h"

namespace evenkeel::wire {

// Reads whole requests and writes whatever the script returns; an empty answer closes the connection.
class LoopbackServer {
 public:
  using Script = std::function<std::string(const std::string& request)>;

  // The greeting is sent before anything was asked.
  explicit LoopbackServer(Script answers, std::string greeting = {})
      : script_(std::move(answers)),
        greeting_(std::move(greeting)),
        listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, any, size) != 0 || listen(listener_, 64) != 0 ||
        getsockname(listener_, any, &size) != 0) {
      throw std::runtime_error("no loopback server");
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::jthread([this] { accept_all(); });
  }

  ~LoopbackServer() {
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (const int connection : connections_) shutdown(connection, SHUT_RDWR);
    threads_.clear();
    for (const int connection : connections_) close(connection);
    close(listener_);
  }

  std::string url(const char* scheme = "http") const {
    return std::string{scheme} + "://127.0.0.1:" + std::to_string(port_) + "/";
  }
  int connections() const { return accepted_; }
  int requests() const { return requests_; }

 private:
  void accept_all() {
    while (true) {
      const int connection = accept(listener_, nullptr, nullptr);
      if (connection < 0) return;
      ++accepted_;
      connections_.push_back(connection);
      send(connection, greeting_.data(), greeting_.size(), MSG_NOSIGNAL);
      threads_.emplace_back([this, connection] { serve(connection); });
    }
  }

  void serve(int connection) {
    std::string pending;
    while (true) {
      const std::string request = next_request(connection, pending);
      if (request.empty()) return;
      ++requests_;
      const std::string answer = script_(request);
      if (answer.empty() || send(connection, answer.data(), answer.size(), MSG_NOSIGNAL) < 0 ||
          answer.find("Connection: close") != std::string::npos) {
        shutdown(connection, SHUT_RDWR);
        return;
      }
    }
  }

  static std::string next_request(int connection, std::string& pending) {
    std::array<char, 65536> chunk{};
    while (true) {
      if (const auto end = pending.find("\r\n\r\n"); end != std::string::npos) {
        const std::string head = lower(pending.substr(0, end));
        std::size_t body = 0;
        if (const auto length = head.find("content-length: "); length != std::string::npos) {
          std::from_chars(head.data() + length + 16, head.data() + head.size(), body);
        }
        if (pending.size() >= end + 4 + body) {
          const std::string request = pending.substr(0, end + 4 + body);
          pending.erase(0, request.size());
          return request;
        }
      }
      const auto got = recv(connection, chunk.data(), chunk.size(), 0);
      if (got <= 0) return {};
      pending.append(chunk.data(), static_cast<std::size_t>(got));
    }
  }

  Script script_;
  std::string greeting_;
  int listener_;
  int port_ = 0;
  std::atomic<int> accepted_ = 0;
  std::atomic<int> requests_ = 0;
  std::vector<int> connections_;
  std::vector<std::jthread> threads_;
  std::jthread acceptor_;
};

inline std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 06:45:00 GMT\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

inline Result<Response> send_one(CurlTransport& transport, const Request& request) {
  return std::move(transport.exchange({&request, 1}).front());
}

}  // namespace evenkeel::wire
