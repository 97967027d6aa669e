#include "model/safetensors.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "base/sha256.h"

namespace digits {

namespace {

constexpr std::size_t kLengthBytes = 8;

// A seal in the header: this key, the digits, a quote. No other text in the header can contain it,
// as quotes in texts are escaped.
constexpr std::string_view kSealKey = "sha256";
constexpr std::string_view kSealStart = "\"sha256\":\"";
constexpr std::size_t kSealDigits = 64;

// Replaces the seal's digits in `bytes` by zeros and returns them; empty when there is no seal.
std::string unseal(std::string& bytes) {
  const auto start = bytes.find(kSealStart);
  if (start == std::string::npos || bytes.size() < start + kSealStart.size() + kSealDigits)
    return "";
  const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(start + kSealStart.size());
  std::string seal(begin, begin + kSealDigits);
  std::fill_n(begin, kSealDigits, '0');
  return seal;
}

std::string type_name(const at::Tensor& tensor) {
  if (tensor.scalar_type() == at::kFloat) return "F32";
  if (tensor.scalar_type() == at::kLong) return "I64";
  throw std::logic_error("safetensors: only float32 and int64 tensors are written");
}

// One tensor of the header, read from `data` at [begin, end).
at::Tensor parse_tensor(const Json& entry, const char* data, std::size_t begin, std::size_t end) {
  const auto type = entry.at("dtype").get<std::string>();
  if (type != "F32" && type != "I64") throw std::runtime_error("type " + type);
  auto bytes = static_cast<std::uint64_t>(type == "F32" ? 4 : 8);
  const auto shape = entry.at("shape").get<std::vector<int64_t>>();
  for (const auto side : shape) {
    if (side < 0 || (side > 0 && bytes > (end - begin) / static_cast<std::uint64_t>(side))) {
      throw std::runtime_error("a shape larger than its data");
    }
    bytes *= static_cast<std::uint64_t>(side);
  }
  if (bytes != end - begin) throw std::runtime_error("a shape that does not fill its data");
  auto tensor = at::empty(shape, type == "F32" ? at::kFloat : at::kLong);
  std::memcpy(tensor.data_ptr(), data + begin, end - begin);
  return tensor;
}

}  // namespace

std::string format_safetensors(const NamedTensors& tensors, const Metadata& metadata) {
  auto header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::string data;
  for (const auto& [name, tensor] : tensors) {
    const auto flat = tensor.detach().cpu().contiguous();
    const auto begin = data.size();
    data.append(static_cast<const char*>(flat.data_ptr()), flat.nbytes());
    header[name] = {{"dtype", type_name(flat)},
                    {"shape", flat.sizes().vec()},
                    {"data_offsets", {begin, data.size()}}};
  }
  auto text = header.dump();
  text.append((kLengthBytes - text.size() % kLengthBytes) % kLengthBytes, ' ');  // align the data
  std::string bytes;
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    bytes.push_back(static_cast<char>(text.size() >> (8 * i) & 0xFFU));
  }
  return bytes + text + data;
}

NamedTensors parse_safetensors(const std::string& bytes, const std::string& name,
                               const std::string& family, Metadata* metadata) {
  try {
    if (bytes.size() < kLengthBytes) throw std::runtime_error("no header length");
    std::uint64_t length = 0;
    for (std::size_t i = kLengthBytes; i-- > 0;) {
      length = length << 8 | static_cast<unsigned char>(bytes[i]);
    }
    if (length > bytes.size() - kLengthBytes) throw std::runtime_error("a truncated header");
    // Ordered, because data_offsets are checked for gaps in the order of the header.
    const auto header = Json::parse(bytes.substr(kLengthBytes, length));
    if (!header.is_object()) throw std::runtime_error("a header that is no object");
    const char* data = bytes.data() + kLengthBytes + length;
    const auto data_size = bytes.size() - kLengthBytes - length;
    NamedTensors tensors;
    std::size_t expected = 0;
    for (const auto& [key, entry] : header.items()) {
      if (key == "__metadata__") {
        if (metadata != nullptr) *metadata = entry.get<Metadata>();
        continue;
      }
      const auto offsets = entry.at("data_offsets").get<std::vector<std::uint64_t>>();
      if (offsets.size() != 2 || offsets[0] != expected || offsets[1] < offsets[0] ||
          offsets[1] > data_size) {
        throw std::runtime_error("data offsets that leave a gap or the file");
      }
      tensors[key] = parse_tensor(entry, data, offsets[0], offsets[1]);
      expected = offsets[1];
    }
    if (expected != data_size) throw std::runtime_error("bytes that belong to no tensor");
    return tensors;
  } catch (const std::exception& error) {
    throw_malformed(family, fmt::format("{}: {}, expected a safetensors file", name, error.what()));
  }
}

std::string format_sealed(const NamedTensors& tensors, const Metadata& metadata) {
  auto sealed = metadata;
  sealed[std::string(kSealKey)] = std::string(kSealDigits, '0');
  auto bytes = format_safetensors(tensors, sealed);
  return bytes.replace(bytes.find(kSealStart) + kSealStart.size(), kSealDigits, sha256(bytes));
}

NamedTensors parse_sealed(const std::string& bytes, const std::string& name,
                          const std::string& family, Metadata& metadata) {
  auto unsealed = bytes;
  const auto expected = unseal(unsealed);
  if (expected.empty()) throw_malformed(family, name + ": no SHA-256 in it, expected its own");
  const auto seen = sha256(unsealed);
  if (seen != expected) {
    throw Error(family + ".hash",
                fmt::format("{}: SHA-256 {}, expected {} as written", name, seen, expected),
                "the file was changed or damaged");
  }
  return parse_safetensors(bytes, name, family, &metadata);
}

}  // namespace digits
