#include "serve/exchange.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"

namespace digits {

namespace {

// A rejected body is read to its end up to this multiple of the limit.
constexpr std::size_t kMaxDiscardFactor = 4;

}  // namespace

void Exchange::begin(const BodyFraming& framing) {
  framing_ = framing;
  request.has_length = framing.lengths > 0 || framing.chunked;
  ambiguous_ =
      framing.lengths + framing.encodings > 1 || (framing.encodings == 1 && !framing.chunked);
  if (ambiguous_) {
    throw Error("request.framing",
                fmt::format("{} Content-Length and {} Transfer-Encoding headers, expected one "
                            "Content-Length, or Transfer-Encoding: chunked",
                            framing.lengths, framing.encodings),
                "send one of them");
  }
  if (framing.repeated != nullptr) {
    throw Error("request.framing",
                fmt::format("more than one {} header, expected one", framing.repeated),
                "send one of them");
  }
  if (framing.length > limits_.one) {
    throw Error("request.too_large",
                fmt::format("a body of {} bytes, expected at most {}", framing.length, limits_.one),
                "send fewer images in a request, or start the server with a larger --max-body");
  }
}

void Exchange::append(const char* bytes, std::size_t size) {
  framing_.expects_continue = false;  // the client has begun its body
  if (response) {
    discarded_ += size;
    return;
  }
  if (request.body.size() + discarded_ + size > limits_.one) {
    throw Error("request.too_large", fmt::format("a body of more than {} bytes", limits_.one),
                "send fewer images in a request, or start the server with a larger --max-body");
  }
  if (!keeps_body) {
    discarded_ += size;
    return;
  }
  kept_ += size;
  if (limits_.buffered->fetch_add(size) + size > limits_.all) {
    throw Error("server.busy",
                fmt::format("bodies of {} bytes are being read, expected at most {}",
                            limits_.buffered->load(), limits_.all),
                "try again later");
  }
  request.body.append(bytes, size);
}

void Exchange::refuse(HttpResponse answer) {
  response = std::move(answer);
  dispatched = true;
  forget();
  std::string().swap(request.body);
}

bool Exchange::exceeds_discard_limit() const {
  return response && (ambiguous_ || framing_.expects_continue ||
                      framing_.length / kMaxDiscardFactor > limits_.one ||
                      discarded_ / kMaxDiscardFactor > limits_.one);
}

HttpRequest Exchange::take() {
  dispatched = true;
  return std::move(request);
}

void Exchange::forget() {
  limits_.buffered->fetch_sub(kept_);
  kept_ = 0;
}

}  // namespace digits
