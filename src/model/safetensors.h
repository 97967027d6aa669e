// Reads and writes the safetensors format: a little-endian u64 header length, a JSON header, raw
// tensors. A reader in any language takes a page of code, and the format has no executable content.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>

namespace digits {

using NamedTensors = std::map<std::string, at::Tensor>;
using Metadata = std::map<std::string, std::string>;  // the format's free texts

// Of the error codes about checkpoints and training states.
constexpr const char* kCheckpointFamily = "checkpoint";

// float32 and int64 tensors, contiguous, in the map's order: equal tensors give equal bytes.
std::string format_safetensors(const NamedTensors& tensors, const Metadata& metadata = {});

// Throws FAMILY.malformed unless `bytes` are a complete safetensors file without gaps, with tensors
// of these two types. `name` is for messages; `metadata`, if not null, receives the texts.
NamedTensors parse_safetensors(const std::string& bytes, const std::string& name,
                               const std::string& family, Metadata* metadata = nullptr);

// The same with a seal: the text `sha256` is the SHA-256 of the file with 64 zeros in place of the
// digest. So it covers every byte, also of the header.
std::string format_sealed(const NamedTensors& tensors, const Metadata& metadata);

// Throws FAMILY.malformed when there is no seal, FAMILY.hash when it does not match; both before
// parsing. Then as parse_safetensors.
NamedTensors parse_sealed(const std::string& bytes, const std::string& name,
                          const std::string& family, Metadata& metadata);

}  // namespace digits
