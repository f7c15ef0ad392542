// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "eddy/io/stream.h"

namespace eddy::test {

/// What goes wrong on a faulty stream. Fluent: `Faults{}.seed(7).fragments().stalls()`.
class Faults {
 public:
  constexpr Faults() noexcept = default;

  /// The same seed, the same faults.
  constexpr Faults& seed(std::uint64_t value) noexcept { return seed_ = value, *this; }
  /// Reads give and writes take only a part, of random length.
  constexpr Faults& fragments(bool on = true) noexcept { return fragments_ = on, *this; }
  /// Now and then an operation has to wait although it need not.
  constexpr Faults& stalls(bool on = true) noexcept { return stalls_ = on, *this; }
  /// Once so many bytes were read, reading fails with this errno, or, with 0, the stream ends.
  constexpr Faults& fail_reading_after(std::size_t bytes, int error) noexcept {
    read_bytes_ = bytes;
    read_error_ = error;
    return *this;
  }
  constexpr Faults& fail_writing_after(std::size_t bytes, int error) noexcept {
    write_bytes_ = bytes;
    write_error_ = error;
    return *this;
  }

 private:
  friend class FaultyTransport;
  static constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();
  std::uint64_t seed_ = 1;
  bool fragments_ = false;
  bool stalls_ = false;
  std::size_t read_bytes_ = kNever;
  std::size_t write_bytes_ = kNever;
  int read_error_ = 0;
  int write_error_ = 0;
};

/// The same stream with faults: for testing what code does when the network is at its worst. Takes it over; nothing of
/// it may have been read ahead.
[[nodiscard]] Stream faulty_stream(Stream stream, Faults faults);

}  // namespace eddy::test
