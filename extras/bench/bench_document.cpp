#include "bench/bench_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/error.h"
#include "bench/bench.h"
#include "bench/bench_infer.h"

namespace digits {

namespace {

constexpr double kMebibyte = 1024.0 * 1024.0;

// The values of one document. Errors name its file.
class BenchReader {
 public:
  BenchReader(const Json& document, std::string name) : root_(document), name_(std::move(name)) {}

  template <typename T>
  T at(const std::string& pointer) const {
    try {
      return root_.at(Json::json_pointer(pointer)).get<T>();
    } catch (const nlohmann::json::exception& error) {
      throw_malformed("input", fmt::format("{}: {}: {}", name_, pointer, error.what()));
    }
  }

  double positive(const std::string& pointer) const {
    const auto value = at<double>(pointer);
    if (value > 0.0 && std::isfinite(value)) return value;
    refuse(pointer, value, "a finite number above 0");
  }

  std::int64_t count(const std::string& pointer) const {
    const auto value = at<std::int64_t>(pointer);
    if (value >= 1) return value;
    refuse(pointer, value, "1 or more");
  }

  // Of the keys of a Spread these are read: mean, stddev and n.
  Spread spread_at(const std::string& pointer) const {
    Spread spread;
    spread.mean = positive(pointer + "/mean");
    spread.n = static_cast<std::size_t>(count(pointer + "/n"));
    spread.stddev = at<double>(pointer + "/stddev");
    if (spread.stddev < 0.0) refuse(pointer + "/stddev", spread.stddev, "0 or more");
    return spread;
  }

  template <typename Value>
  [[noreturn]] void refuse(const std::string& pointer, const Value& value,
                           const std::string& expected) const {
    throw_malformed("input",
                    fmt::format("{}: {}: {}, expected {}", name_, pointer, value, expected));
  }

 private:
  const Json& root_;
  std::string name_;
};

BenchMeasure in_loops(const std::string& name, const Spread& calibrated) {
  return {name, "loops", mean_of_spread(calibrated)};
}

void read_machine(const BenchReader& reader, BenchDocument& document) {
  document.conditions = {{"device", reader.at<std::string>("/machine/device")},
                         {"threads", std::to_string(reader.count("/machine/threads"))},
                         {"precision", reader.at<std::string>("/machine/precision")}};
  document.hardware = {{"cpu", reader.at<std::string>("/machine/cpu")},
                       {"cores", std::to_string(reader.count("/machine/cores"))}};
  document.calibration_seconds = reader.positive("/calibration/median");
}

void read_train(const BenchReader& reader, BenchDocument& document) {
  document.kind = "digits bench train";
  document.repetition = "seeds";
  read_machine(reader, document);
  const auto training = reader.spread_at("/calibrated");
  document.conditions.emplace_back("data", reader.at<std::string>("/data"));
  document.conditions.emplace_back("seeds", std::to_string(training.n));
  document.conditions.emplace_back("config", reader.at<std::string>("/config"));
  const auto memory = static_cast<double>(reader.count("/peak_memory_bytes")) / kMebibyte;
  document.measures = {in_loops("training", training),
                       {"peak memory", "MiB", {memory, memory, memory, 1}}};
}

void read_infer(const BenchReader& reader, BenchDocument& document) {
  document.kind = "digits bench infer";
  document.repetition = "rounds";
  read_machine(reader, document);
  const auto times = reader.at<std::vector<Json>>("/times");
  if (times.empty()) reader.refuse("/times", "[]", "at least one batch size");
  for (std::size_t i = 0; i < times.size(); ++i) {
    const auto row = fmt::format("/times/{}", i);
    const auto name = fmt::format("{}, batch {}", reader.at<std::string>(row + "/engine"),
                                  reader.count(row + "/batch"));
    document.measures.push_back(in_loops(name, reader.spread_at(row + "/calibrated")));
  }
}

}  // namespace

Quantity mean_of_spread(const Spread& spread) {
  if (spread.n < 2) return {spread.mean, 0.0, std::numeric_limits<double>::infinity(), spread.n};
  const auto count = static_cast<double>(spread.n);
  const double t = boost::math::quantile(boost::math::students_t(count - 1.0), 0.975);
  const double half = t * spread.stddev / std::sqrt(count);
  return {spread.mean, std::max(0.0, spread.mean - half), spread.mean + half, spread.n};
}

BenchDocument parse_bench_document(const Json& document, const std::string& name) {
  const auto schema = document.is_object() ? document.value("schema", Json("none")) : Json("none");
  BenchDocument result;
  result.name = name;
  const BenchReader reader(document, name);
  if (schema == kBenchTrainSchema) {
    read_train(reader, result);
  } else if (schema == kBenchInferSchema) {
    read_infer(reader, result);
  } else {
    throw Error("input.schema",
                fmt::format("{}: schema {}, expected \"{}\" or \"{}\"", name, schema.dump(),
                            kBenchTrainSchema, kBenchInferSchema),
                "measure with this version: digits bench train --out FILE");
  }
  return result;
}

}  // namespace digits
