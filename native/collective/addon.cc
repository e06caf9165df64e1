// The group as Node sees it: each group has a thread of its own, on which its collective operations run one after the other, so that
// neither the main thread nor Node's pool waits for another machine. Bytes are copied in when a call is made and out when it is
// settled, on the main thread: no other thread touches what JavaScript owns.

#include <node_api.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <functional>
#include <iterator>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "group.h"

namespace minarai {
namespace {

#define CALL(call)                                                              \
  do {                                                                          \
    if ((call) != napi_ok) throw std::runtime_error("Node-API refused: " #call); \
  } while (false)

struct Member;

// One call under way: what is done off the main thread, and what its promise is settled with.
struct Call {
  Member* member = nullptr;
  napi_deferred deferred = nullptr;
  napi_ref target = nullptr;
  std::function<void(Call&)> work;
  std::vector<float> values;
  bool returns_values = false;
  std::string code;
  std::string words;

  void Do() {
    try {
      work(*this);
    } catch (const CollectiveError& error) {
      code = error.code();
      words = error.what();
    } catch (const std::exception& error) {
      code = "INTERNAL";
      words = error.what();
    }
  }
};

// Does calls in their order, for as long as the process lives.
class Line {
 public:
  using Done = std::function<void(Call*)>;
  explicit Line(Done done) : done_(std::move(done)) {
    std::thread([this] {
      while (true) {
        Call* const call = Next();
        call->Do();
        done_(call);
      }
    }).detach();
  }
  void Add(Call* call) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      waiting_.push_back(call);
    }
    wake_.notify_one();
  }

 private:
  Call* Next() {
    std::unique_lock<std::mutex> lock(mutex_);
    wake_.wait(lock, [this] { return !waiting_.empty(); });
    Call* const call = waiting_.front();
    waiting_.pop_front();
    return call;
  }

  Done done_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Call*> waiting_;
};

// A group and its two threads: one for what all workers do together, one for questions about a peer meanwhile. Never deleted, since
// TensorFlow's server is not either; a process joins once.
struct Member {
  napi_threadsafe_function settle = nullptr;
  // Node closes `settle` with its environment, while a call may still block: held where it is used and where that is noted.
  std::mutex closing;
  bool closed = false;
  // Calls that are not settled; read and written on the main thread. A process ends by itself only when nobody waits for any.
  int unsettled = 0;
  std::unique_ptr<Group> group;
  std::optional<Line> together;
  std::optional<Line> aside;
};

void Settle(napi_env env, Call* raw) {
  const std::unique_ptr<Call> call(raw);
  if (env == nullptr) return;  // The process ends.
  if (--call->member->unsettled == 0) napi_unref_threadsafe_function(env, call->member->settle);
  napi_value value = nullptr;
  napi_get_undefined(env, &value);
  if (!call->code.empty()) {
    napi_value code;
    napi_value words;
    napi_create_string_utf8(env, call->code.data(), call->code.size(), &code);
    napi_create_string_utf8(env, call->words.data(), call->words.size(), &words);
    napi_create_error(env, code, words, &value);
    napi_reject_deferred(env, call->deferred, value);
  } else {
    if (call->target != nullptr) {
      napi_value target;
      void* data;
      size_t length = 0;
      if (napi_get_reference_value(env, call->target, &target) == napi_ok && target != nullptr &&
          napi_get_typedarray_info(env, target, nullptr, &length, &data, nullptr, nullptr) == napi_ok &&
          length == call->values.size())
        std::copy(call->values.begin(), call->values.end(), static_cast<float*>(data));
    } else if (call->returns_values) {
      napi_value buffer;
      void* data;
      const size_t bytes = call->values.size() * sizeof(float);
      napi_create_arraybuffer(env, bytes, &data, &buffer);
      std::copy(call->values.begin(), call->values.end(), static_cast<float*>(data));
      napi_create_typedarray(env, napi_float32_array, call->values.size(), buffer, 0, &value);
    }
    napi_resolve_deferred(env, call->deferred, value);
  }
  if (call->target != nullptr) napi_delete_reference(env, call->target);
}

Member* MemberOf(napi_env env, napi_value value) {
  void* data = nullptr;
  CALL(napi_get_value_external(env, value, &data));
  return static_cast<Member*>(data);
}

template <size_t kCount>
std::array<napi_value, kCount> Arguments(napi_env env, napi_callback_info info) {
  std::array<napi_value, kCount> values{};
  size_t count = kCount;
  CALL(napi_get_cb_info(env, info, &count, values.data(), nullptr, nullptr));
  if (count < kCount) throw std::runtime_error("too few arguments");
  return values;
}

std::string StringOf(napi_env env, napi_value value) {
  size_t length = 0;
  CALL(napi_get_value_string_utf8(env, value, nullptr, 0, &length));
  std::string text(length, '\0');
  CALL(napi_get_value_string_utf8(env, value, text.data(), length + 1, &length));
  return text;
}

int32_t IntegerOf(napi_env env, napi_value value) {
  int32_t number = 0;
  CALL(napi_get_value_int32(env, value, &number));
  return number;
}

double NumberOf(napi_env env, napi_value value) {
  double number = 0;
  CALL(napi_get_value_double(env, value, &number));
  return number;
}

std::vector<float> FloatsOf(napi_env env, napi_value value) {
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  CALL(napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr));
  if (type != napi_float32_array) throw std::runtime_error("a Float32Array is wanted");
  const auto* floats = static_cast<const float*>(data);
  return {floats, floats + length};
}

napi_value Begin(napi_env env, Member* member, Line& line, std::unique_ptr<Call> call) {
  napi_value promise = nullptr;
  CALL(napi_create_promise(env, &call->deferred, &promise));
  if (member->unsettled++ == 0) CALL(napi_ref_threadsafe_function(env, member->settle));
  call->member = member;
  line.Add(call.release());
  return promise;
}

// Turns what is thrown into a JavaScript exception.
template <napi_value (*kBody)(napi_env, napi_callback_info)>
napi_value Guarded(napi_env env, napi_callback_info info) {
  try {
    return kBody(env, info);
  } catch (const std::exception& error) {
    napi_throw_error(env, "INVALID_ARGUMENT", error.what());
    return nullptr;
  }
}

// join(serverDef: Uint8Array, job: string, index: number, size: number): { member, joined: Promise<void> }
napi_value Join(napi_env env, napi_callback_info info) {
  const auto [bytes, job, index, size] = Arguments<4>(env, info);
  void* data = nullptr;
  size_t length = 0;
  CALL(napi_get_typedarray_info(env, bytes, nullptr, &length, &data, nullptr, nullptr));
  const std::string server_def(static_cast<const char*>(data), length);
  const Place place{StringOf(env, job), IntegerOf(env, index), IntegerOf(env, size)};

  static bool joined_before = false;
  if (std::exchange(joined_before, true)) throw std::runtime_error("this process has joined before: a new one is wanted");
  auto* const member = new Member;
  napi_value name;
  CALL(napi_create_string_utf8(env, "collective", NAPI_AUTO_LENGTH, &name));
  const auto settle = [](napi_env settle_env, napi_value, void*, void* call) {
    Settle(settle_env, static_cast<Call*>(call));
  };
  CALL(napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, nullptr, settle,
                                       &member->settle));
  CALL(napi_unref_threadsafe_function(env, member->settle));
  const auto close = [](void* data) {
    auto* const closed = static_cast<Member*>(data);
    const std::lock_guard<std::mutex> lock(closed->closing);
    closed->closed = true;
  };
  CALL(napi_add_env_cleanup_hook(env, close, member));
  const auto done = [member](Call* call) {
    const std::lock_guard<std::mutex> lock(member->closing);
    if (!member->closed) napi_call_threadsafe_function(member->settle, call, napi_tsfn_nonblocking);
  };
  member->together.emplace(done);
  member->aside.emplace(done);

  auto call = std::make_unique<Call>();
  call->work = [member, server_def, place](Call&) {
    member->group = std::make_unique<Group>(server_def, place);
  };
  napi_value result;
  napi_value handle;
  CALL(napi_create_object(env, &result));
  CALL(napi_create_external(env, member, nullptr, nullptr, &handle));
  CALL(napi_set_named_property(env, result, "member", handle));
  CALL(napi_set_named_property(env, result, "joined", Begin(env, member, *member->together, std::move(call))));
  return result;
}

Group& GroupOf(Member* member) {
  if (!member->group) throw CollectiveError(TF_FAILED_PRECONDITION, "this worker has not joined, or has left");
  return *member->group;
}

// allReduce(member, values: Float32Array, mean: boolean, timeoutSeconds: number): Promise<void>, written over `values`
napi_value AllReduce(napi_env env, napi_callback_info info) {
  const auto [handle, values, mean_value, seconds] = Arguments<4>(env, info);
  Member* const member = MemberOf(env, handle);
  auto call = std::make_unique<Call>();
  bool mean = false;
  CALL(napi_get_value_bool(env, mean_value, &mean));
  const auto timeout = static_cast<float>(NumberOf(env, seconds));
  call->values = FloatsOf(env, values);
  CALL(napi_create_reference(env, values, 1, &call->target));
  call->work = [member, mean, timeout](Call& self) {
    GroupOf(member).AllReduce(self.values.data(), static_cast<int64_t>(self.values.size()), mean, timeout);
  };
  return Begin(env, member, *member->together, std::move(call));
}

// allGather(member, values: Float32Array, timeoutSeconds: number): Promise<Float32Array>
napi_value AllGather(napi_env env, napi_callback_info info) {
  const auto [handle, values, seconds] = Arguments<3>(env, info);
  Member* const member = MemberOf(env, handle);
  auto call = std::make_unique<Call>();
  const auto timeout = static_cast<float>(NumberOf(env, seconds));
  call->values = FloatsOf(env, values);
  call->returns_values = true;
  call->work = [member, timeout](Call& self) {
    self.values = GroupOf(member).AllGather(self.values.data(), static_cast<int64_t>(self.values.size()), timeout);
  };
  return Begin(env, member, *member->together, std::move(call));
}

// checkPeer(member, index: number, timeoutMs: number): Promise<void>, while other calls are under way
napi_value CheckPeer(napi_env env, napi_callback_info info) {
  const auto [handle, index_value, timeout_value] = Arguments<3>(env, info);
  Member* const member = MemberOf(env, handle);
  auto call = std::make_unique<Call>();
  const int32_t index = IntegerOf(env, index_value);
  const auto timeout_ms = static_cast<int64_t>(NumberOf(env, timeout_value));
  call->work = [member, index, timeout_ms](Call&) { GroupOf(member).CheckPeer(index, timeout_ms); };
  return Begin(env, member, *member->aside, std::move(call));
}

// abort(member, why: string): Promise<void>
napi_value Abort(napi_env env, napi_callback_info info) {
  const auto [handle, why_value] = Arguments<2>(env, info);
  Member* const member = MemberOf(env, handle);
  auto call = std::make_unique<Call>();
  call->work = [member, why = StringOf(env, why_value)](Call&) { GroupOf(member).Abort(why); };
  return Begin(env, member, *member->aside, std::move(call));
}

napi_value Init(napi_env env, napi_value exports) {
  const napi_property_descriptor functions[] = {
      {"join", nullptr, Guarded<Join>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"allReduce", nullptr, Guarded<AllReduce>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"allGather", nullptr, Guarded<AllGather>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"checkPeer", nullptr, Guarded<CheckPeer>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"abort", nullptr, Guarded<Abort>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, std::size(functions), functions);
  return exports;
}

}  // namespace
}  // namespace minarai

NAPI_MODULE_INIT() { return minarai::Init(env, exports); }
