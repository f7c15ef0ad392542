// SPDX-License-Identifier: MIT
//
// The bookkeeping of a random task tree: who lives inside whom, which errors were thrown and who has received them.
#pragma once

#include <deque>
#include <exception>
#include <string>
#include <vector>

#include "eddy/base/exception_group.h"
#include "eddy/core/any_task.h"

namespace eddy::trees {

struct Failure {
  int id;
};

class World;

/// Where in the tree a coroutine runs. Handed down by value.
struct Place {
  World* world;
  int frame = -1;         ///< the frame that must outlive it
  int object_frame = -1;  ///< the frame with the object (as_completed, Scope) that started it, if so
  int task = 0;
  bool may_vanish = false;  ///< first_success drops the errors of losers
};

class World {
 public:
  struct Frame {
    int kids = 0;
    int object_kids = 0;
    bool dead = false;
  };

  int open_frame(const Place& place) {
    if (place.frame >= 0) ++frames_[index(place.frame)].kids;
    if (place.object_frame >= 0) ++frames_[index(place.object_frame)].object_kids;
    frames_.emplace_back();
    return static_cast<int>(frames_.size()) - 1;
  }
  void close_frame(const Place& place, int id, bool torn) {
    Frame& frame = frames_[index(id)];
    if (frame.dead) complain("a frame was destroyed twice");
    frame.dead = true;
    if (frame.kids != 0) complain("a child outlives the frame around it");
    if (torn && frame.object_kids != 0) complain("a cancelled frame died before the children of an object in it");
    if (place.frame >= 0) --frames_[index(place.frame)].kids;
    if (place.object_frame >= 0) --frames_[index(place.object_frame)].object_kids;
  }

  int new_task() {
    object_kids_of_task_.push_back(0);
    return static_cast<int>(object_kids_of_task_.size()) - 1;
  }
  void object_kid(int task, int change) { object_kids_of_task_[index(task)] += change; }
  void task_ended(int task) {
    if (object_kids_of_task_[index(task)] != 0) complain("a task ended before the children it broke out of");
  }

  Failure new_failure(const Place& place) {
    errors_.push_back({0, place.may_vanish});
    return Failure{static_cast<int>(errors_.size()) - 1};
  }
  void receive(const std::exception_ptr& error) {
    if (!error) return;
    try {
      std::rethrow_exception(error);
    } catch (const Failure& failure) {
      ++errors_[index(failure.id)].received;
    } catch (int id) {
      ++errors_[index(id)].received;
    } catch (const ExceptionGroup& group) {
      for (const std::exception_ptr& inner : group.exceptions()) receive(inner);
    } catch (...) {  // TaskCancelled, TimeoutError, …: nobody keeps account of those
    }
  }

  std::vector<AnyTask> handles;
  int tokens = 0;  ///< arguments that live
  std::size_t frames() const noexcept { return frames_.size(); }

  void check_the_end() {
    for (const Frame& frame : frames_) {
      if (!frame.dead) complain("a frame was never destroyed");
    }
    for (std::size_t id = 0; id < errors_.size(); ++id) {
      const Error& error = errors_[id];
      if (error.received == 1 || (error.received == 0 && error.may_vanish)) continue;
      complain("error " + std::to_string(id) + " was received " + std::to_string(error.received) + " times");
    }
    if (tokens != 0) complain(std::to_string(tokens) + " arguments still live");
  }
  void complain(const std::string& what) {
    if (problems_.size() < 500) problems_ += what + "\n";
  }
  const std::string& problems() const noexcept { return problems_; }

 private:
  struct Error {
    int received;
    bool may_vanish;
  };
  static std::size_t index(int id) { return static_cast<std::size_t>(id); }

  std::deque<Frame> frames_;
  std::vector<int> object_kids_of_task_;
  std::vector<Error> errors_;
  std::string problems_;
};

/// The first local of every coroutine of a tree.
class Guard {
 public:
  explicit Guard(const Place& place)
      : place_(place), id_(place.world->open_frame(place)), throwing_(std::uncaught_exceptions()) {
    if (place_.object_frame >= 0) place_.world->object_kid(place_.task, 1);
  }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  ~Guard() {
    bool torn = !finished_ && std::uncaught_exceptions() == throwing_;
    place_.world->close_frame(place_, id_, torn);
    if (place_.object_frame >= 0) place_.world->object_kid(place_.task, -1);
  }
  void finish() noexcept { finished_ = true; }
  World& world() const noexcept { return *place_.world; }

  /// For what this frame awaits; for what an object in it starts.
  Place inside() const {
    Place place = place_;
    place.frame = id_;
    place.object_frame = -1;
    return place;
  }
  Place object() const {
    Place place = place_;
    place.frame = -1;
    place.object_frame = id_;
    return place;
  }

 private:
  Place place_;
  int id_;
  int throwing_;
  bool finished_ = false;
};

/// An argument that counts its lives.
class Token {
 public:
  explicit Token(World& world) : world_(&world) { ++world_->tokens; }
  Token(const Token& other) : Token(*other.world_) {}
  Token& operator=(const Token&) = delete;
  ~Token() { --world_->tokens; }

 private:
  World* world_;
};

}  // namespace eddy::trees
