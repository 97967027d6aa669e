#include "serve/http_server.h"

#include <microhttpd.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "base/error.h"
#include "serve/check_timer.h"
#include "serve/connection_table.h"
#include "serve/end_connection.h"
#include "serve/exchange.h"
#include "serve/mhd_daemon.h"
#include "serve/mhd_messages.h"
#include "serve/route.h"

namespace digits {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds kTick{200};           // interval between checks of connections
constexpr std::size_t kLastAccepted = 4096;  // connections to accept at the end
constexpr std::size_t kReleased = 64;        // closed ones that the library still counts
constexpr milliseconds kIdleGrace{1'000};    // at the end, wait for requests on idle connections

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const HttpOptions& options, HttpHandler& handler)
      : options_(options),
        handler_(handler),
        listener_(listen_on(options.host, options.port)),
        address_(address_of(listener_)),
        wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    daemon_ = start_daemon(options.threads, options.connections + kLastAccepted + kReleased,
                           {this, on_access, on_connection, on_completed, on_first_line});
    acceptor_ = std::thread([this] { accept_until_stopped(); });
  }

  const ListenAddress& address() const { return address_; }
  std::size_t connections() const {
    const auto closed = closed_.load();  // first, so that the difference is never -1
    return opened_ - closed;
  }
  bool stop(milliseconds timeout);

 private:
  void accept_until_stopped();
  bool accept_waiting(std::size_t& room);
  bool accept_last();
  void end_late_and_gone();
  void count_ended(std::size_t requests);
  bool wait_until_closed(Clock::time_point start, milliseconds timeout);

  // The library's callbacks; `impl` is the server.
  static void on_connection(void* impl, MHD_Connection* mhd, void** context,
                            MHD_ConnectionNotificationCode what);
  static void* on_first_line(void* impl, const char* uri, MHD_Connection* mhd);
  static MHD_Result on_access(void* impl, MHD_Connection* mhd, const char* target,
                              const char* method, const char* version, const char* data,
                              std::size_t* size, void** context);
  static void on_completed(void* impl, MHD_Connection* mhd, void** context,
                           MHD_RequestTerminationCode why);

  MHD_Result advance(MHD_Connection* mhd, Exchange& exchange, const char* method,
                     const char* target, const char* data, std::size_t* size);
  bool take_headers(MHD_Connection* mhd, Exchange& exchange);
  MHD_Result dispatch(MHD_Connection* mhd, Exchange& exchange);
  template <typename Action>
  bool or_refuse(Exchange& exchange, const Action& action);

  static Connection* connection_of(MHD_Connection* mhd) {
    const auto* const info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return static_cast<Connection*>(info->socket_context);
  }

  HttpOptions options_;
  HttpHandler& handler_;
  Descriptor listener_;
  ListenAddress address_;
  Descriptor wake_;
  ConnectionTable table_;
  CheckTimer checks_{kTick};
  std::size_t last_room_ = kLastAccepted;
  std::atomic<std::size_t> opened_{0}, closed_{0};  // connections, since the start
  std::atomic<std::size_t> suspended_{0};           // requests that the handler has
  std::atomic<std::size_t> buffered_{0};
  std::atomic<bool> stopping_{false};
  MHD_Daemon* daemon_ = nullptr;
  std::thread acceptor_;
};

void HttpServer::Impl::on_connection(void* impl, MHD_Connection* mhd, void** context,
                                     MHD_ConnectionNotificationCode what) {
  auto& self = *static_cast<Impl*>(impl);
  if (what == MHD_CONNECTION_NOTIFY_STARTED) {
    const auto* const info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    *context = self.table_.open(info->connect_fd, Clock::now());
  } else {
    self.table_.close(static_cast<Connection*>(*context));
    ++self.closed_;
  }
}

void* HttpServer::Impl::on_first_line(void* impl, const char* /*uri*/, MHD_Connection* mhd) {
  auto& self = *static_cast<Impl*>(impl);
  const BodyLimits limits{self.options_.max_body, self.options_.max_buffered, &self.buffered_};
  auto* const exchange = new Exchange(limits);
  exchange->request.start = Clock::now();
  exchange->connection = connection_of(mhd);
  self.table_.enter(exchange->connection, Phase::kHeaders, exchange->request.start);
  return exchange;
}

MHD_Result HttpServer::Impl::on_access(void* impl, MHD_Connection* mhd, const char* target,
                                       const char* method, const char* /*version*/,
                                       const char* data, std::size_t* size, void** context) {
  try {
    return static_cast<Impl*>(impl)->advance(mhd, *static_cast<Exchange*>(*context), method, target,
                                             data, size);
  } catch (const std::exception&) {  // no memory: the connection is closed
    return MHD_NO;
  }
}

void HttpServer::Impl::on_completed(void* impl, MHD_Connection* /*mhd*/, void** context,
                                    MHD_RequestTerminationCode /*why*/) {
  const auto* const exchange = static_cast<Exchange*>(*context);
  if (exchange == nullptr) return;
  static_cast<Impl*>(impl)->table_.enter(exchange->connection, Phase::kIdle, Clock::now());
  delete exchange;
  *context = nullptr;
}

void HttpServer::Impl::accept_until_stopped() {
  while (!stopping_) {
    const auto open = connections();
    auto room = options_.connections - std::min(open, options_.connections);
    pollfd polled[2] = {{wake_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    ::poll(polled, room > 0 ? 2 : 1, static_cast<int>(kTick.count()));
    if (!accept_waiting(room) && !stopping_) std::this_thread::sleep_for(kTick);
    if (checks_.due(Clock::now())) end_late_and_gone();
  }
}

bool HttpServer::Impl::accept_waiting(std::size_t& room) {
  return accept_clients(listener_, room, [this](int fd, const sockaddr* where, socklen_t size) {
    ++opened_;
    if (MHD_add_connection(daemon_, fd, where, size) != MHD_YES) --opened_;  // it closes fd
  });
}

// Accepts the clients that have connected, and closes the address. Returns false while some of them
// wait for a free descriptor.
bool HttpServer::Impl::accept_last() {
  if (listener_.get() < 0) return true;
  if (!accept_waiting(last_room_)) return false;
  listener_ = Descriptor(-1);
  return true;
}

// Calls `action`, whose Error rejects the request. Returns false when the request has been ended
// and counted as late: it must not be counted again, nor answered.
template <typename Action>
bool HttpServer::Impl::or_refuse(Exchange& exchange, const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    if (!table_.enter(exchange.connection, Phase::kDiscard, Clock::now())) return false;
    exchange.refuse(handler_.error_response(exchange.request, error));
  }
  return true;
}

bool HttpServer::Impl::take_headers(MHD_Connection* mhd, Exchange& exchange) {
  const auto framing = read_headers(mhd, exchange.request);
  return or_refuse(exchange, [&] {
    exchange.begin(framing);
    exchange.keeps_body = handler_.admit(exchange.request);
  });
}

// The library calls this with the headers, with each piece of the body, at the body's end, and
// again when a suspended connection resumes.
MHD_Result HttpServer::Impl::advance(MHD_Connection* mhd, Exchange& exchange, const char* method,
                                     const char* target, const char* data, std::size_t* size) {
  const auto send = [&] {
    if (!table_.enter(exchange.connection, Phase::kSending, Clock::now())) return MHD_NO;
    return queue_response(mhd, std::move(*exchange.response), stopping_);
  };
  if (!exchange.has_headers) {
    exchange.has_headers = true;
    exchange.request.method = method;
    exchange.request.path = path_of_target(target);
    if (!table_.enter(exchange.connection, Phase::kBody, Clock::now())) return MHD_NO;
    if (!take_headers(mhd, exchange)) return MHD_NO;
    return exchange.exceeds_discard_limit() ? send() : MHD_YES;
  }
  if (*size > 0) {
    if (!or_refuse(exchange, [&] { exchange.append(data, *size); })) return MHD_NO;
    *size = 0;
    return exchange.exceeds_discard_limit() ? MHD_NO : MHD_YES;
  }
  if (exchange.response) return send();
  return exchange.dispatched ? MHD_YES : dispatch(mhd, exchange);
}

MHD_Result HttpServer::Impl::dispatch(MHD_Connection* mhd, Exchange& exchange) {
  if (!table_.enter(exchange.connection, Phase::kWorking, Clock::now())) return MHD_NO;
  ++suspended_;
  MHD_suspend_connection(mhd);
  handler_.handle(exchange.take(), [this, mhd, &exchange](HttpResponse response) {
    exchange.response = std::move(response);
    MHD_resume_connection(mhd);
    --suspended_;
  });
  return MHD_YES;
}

// The library does not notice that a client has left whose end arrives together with data.
void HttpServer::Impl::end_late_and_gone() {
  const auto now = Clock::now();
  auto late = table_.end_expired(now, options_.timeout, end_connection);
  late += table_.end_gone(now, kTick, client_closed, end_connection);
  count_ended(late);
}

// The handler counts and logs the ended requests, while the table is free. Their content belongs to
// the library's thread.
void HttpServer::Impl::count_ended(std::size_t requests) {
  try {
    HttpRequest request;
    request.start = Clock::now();
    for (; requests > 0; --requests) handler_.error_response(request, timeout_error());
  } catch (const std::exception&) {  // no memory, or no space for the log: the server goes on
  }
}

// Returns whether all clients were accepted. An idle connection stays open for a while: a client
// with a sequence of requests soon sends the next one, and receives Connection: close.
bool HttpServer::Impl::wait_until_closed(Clock::time_point start, milliseconds timeout) {
  const auto grace = std::min(kIdleGrace, timeout / 2);
  bool accepted = accept_last();
  for (auto now = start; (!accepted || connections() > 0) && now < start + timeout;
       now = Clock::now()) {
    if (now - grace >= start) table_.end_idle(now - grace, end_if_silent);
    if (checks_.due(now)) end_late_and_gone();
    std::this_thread::sleep_for(milliseconds(5));
    accepted = accept_last();
  }
  return accepted;
}

bool HttpServer::Impl::stop(milliseconds timeout) {
  if (stopping_.exchange(true)) return true;
  const auto start = Clock::now();
  ::eventfd_write(wake_.get(), 1);
  acceptor_.join();
  const bool accepted = wait_until_closed(start, timeout);
  count_ended(table_.end_incomplete(end_connection));
  const bool complete = accepted && table_.unanswered(opened_, has_unread) == 0;
  while (suspended_ > 0) std::this_thread::sleep_for(milliseconds(1));
  MHD_stop_daemon(daemon_);
  return complete;
}

HttpServer::HttpServer(const HttpOptions& options, HttpHandler& handler)
    : impl_(std::make_unique<Impl>(options, handler)) {}
HttpServer::~HttpServer() { impl_->stop(milliseconds(0)); }
ListenAddress HttpServer::address() const { return impl_->address(); }
std::size_t HttpServer::connections() const { return impl_->connections(); }
bool HttpServer::stop(milliseconds timeout) { return impl_->stop(timeout); }

}  // namespace digits
