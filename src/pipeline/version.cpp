#include "pipeline/version.h"

#include <fmt/format.h>
#include <zlib.h>

#include <opencv2/core/version.hpp>

#include "model/device.h"

namespace digits {

Json versions() {
  const auto torch = torch_info();
  return Json{{"digits", DIGITS_VERSION},
              {"revision", DIGITS_GIT_REVISION},
              {"libtorch", torch.version},
              {"opencv", CV_VERSION},
              {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100,
                                  FMT_VERSION % 100)},
              {"zlib", ZLIB_VERSION},
              {"blas", torch.blas},
              {"device", torch.device},
              {"cpu_features", cpu_features()}};
}

}  // namespace digits
