// The safetensors format: a little-endian u64 header length, a JSON header, raw tensors.
// Any language reads it in a page of code, and nothing in it can be executed.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>

namespace digits {

using NamedTensors = std::map<std::string, at::Tensor>;
using Metadata = std::map<std::string, std::string>;  // the format's free texts

// Of the error codes about checkpoints and training states.
constexpr const char* kCheckpointFamily = "checkpoint";

// float32 and int64 tensors, written contiguous, in the map's order: equal tensors, equal bytes.
std::string format_safetensors(const NamedTensors& tensors, const Metadata& metadata = {});

// Throws FAMILY.malformed for anything that is not a complete, gapless safetensors file with
// tensors of these two types. `name` is for messages; `metadata`, if given, receives the texts.
NamedTensors parse_safetensors(const std::string& bytes, const std::string& name,
                               const std::string& family, Metadata* metadata = nullptr);

// The same with a seal: the text `sha256` is the SHA-256 of the file as it would be with 64 zeros
// in that place. So it covers every byte, the header's too.
std::string format_sealed(const NamedTensors& tensors, const Metadata& metadata);

// Throws FAMILY.malformed when there is no seal, FAMILY.hash when it does not fit, before anything
// else is parsed; then as parse_safetensors.
NamedTensors parse_sealed(const std::string& bytes, const std::string& name,
                          const std::string& family, Metadata& metadata);

}  // namespace digits
