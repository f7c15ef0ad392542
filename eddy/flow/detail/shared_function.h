// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace eddy::detail {

/// A `std::function` whose copies share one target, so that what holds some is cheap to copy. The count is atomic: a
/// policy may be a constant that several threads use; the target is the user's own affair.
template <class Signature>
class SharedFunction;

template <class R, class... Args>
class SharedFunction<R(Args...)> {
 public:
  SharedFunction() noexcept = default;
  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, SharedFunction>)
  explicit SharedFunction(F&& f) : target_(new Holder<std::decay_t<F>>(std::forward<F>(f))) {}
  SharedFunction(const SharedFunction& other) noexcept : target_(other.target_) {
    if (target_) __atomic_add_fetch(&target_->refs, 1, __ATOMIC_RELAXED);
  }
  SharedFunction(SharedFunction&& other) noexcept : target_(std::exchange(other.target_, nullptr)) {}
  SharedFunction& operator=(SharedFunction other) noexcept {
    std::swap(target_, other.target_);
    return *this;
  }
  ~SharedFunction() {
    if (target_ && __atomic_sub_fetch(&target_->refs, 1, __ATOMIC_ACQ_REL) == 0) delete target_;
  }

  explicit operator bool() const noexcept { return target_ != nullptr; }
  R operator()(Args... args) const { return target_->call(std::forward<Args>(args)...); }

 private:
  struct Target {
    virtual ~Target() = default;
    virtual R call(Args... args) = 0;
    std::uint32_t refs = 1;
  };
  template <class F>
  struct Holder final : Target {
    template <class G>
    explicit Holder(G&& g) : f(std::forward<G>(g)) {}
    R call(Args... args) override { return f(std::forward<Args>(args)...); }
    F f;
  };

  Target* target_ = nullptr;
};

}  // namespace eddy::detail
