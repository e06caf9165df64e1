#include "group.h"

#include <cstring>

namespace minarai {
namespace {

// All workers are in one group.
constexpr int32_t kGroupKey = 1;

const char* NameOf(TF_Code code) {
  switch (code) {
    case TF_CANCELLED:
      return "CANCELLED";
    case TF_INVALID_ARGUMENT:
      return "INVALID_ARGUMENT";
    case TF_DEADLINE_EXCEEDED:
      return "DEADLINE_EXCEEDED";
    case TF_FAILED_PRECONDITION:
      return "FAILED_PRECONDITION";
    case TF_ABORTED:
      return "ABORTED";
    case TF_UNAVAILABLE:
      return "UNAVAILABLE";
    case TF_INTERNAL:
      return "INTERNAL";
    default:
      return "UNKNOWN";
  }
}

struct StatusDeleter {
  void operator()(TF_Status* status) const { TF_DeleteStatus(status); }
};
struct OpDeleter {
  void operator()(TFE_Op* op) const { TFE_DeleteOp(op); }
};
struct HandleDeleter {
  void operator()(TFE_TensorHandle* handle) const { TFE_DeleteTensorHandle(handle); }
};
struct TensorDeleter {
  void operator()(TF_Tensor* tensor) const { TF_DeleteTensor(tensor); }
};
struct OptionsDeleter {
  void operator()(TFE_ContextOptions* options) const { TFE_DeleteContextOptions(options); }
};
using Handle = std::unique_ptr<TFE_TensorHandle, HandleDeleter>;
using Tensor = std::unique_ptr<TF_Tensor, TensorDeleter>;

// A status that throws what it holds.
class Status {
 public:
  Status() : status_(TF_NewStatus()) {}
  TF_Status* get() { return status_.get(); }
  void Check() const {
    const TF_Code code = TF_GetCode(status_.get());
    if (code != TF_OK) throw CollectiveError(code, TF_Message(status_.get()));
  }

 private:
  std::unique_ptr<TF_Status, StatusDeleter> status_;
};

Handle ToHandle(TF_DataType type, const int64_t* dims, int rank, const void* bytes, size_t length) {
  const Tensor tensor(TF_AllocateTensor(type, dims, rank, length));
  if (!tensor) throw CollectiveError(TF_RESOURCE_EXHAUSTED, "no memory for a tensor");
  std::memcpy(TF_TensorData(tensor.get()), bytes, length);
  Status status;
  Handle handle(TFE_NewTensorHandle(tensor.get(), status.get()));
  status.Check();
  return handle;
}

Handle Scalar(int32_t value) { return ToHandle(TF_INT32, nullptr, 0, &value, sizeof value); }

// tensorflow.ConfigProto {device_count {GPU: 0}, intra_op_parallelism_threads: 1, inter_op_parallelism_threads: 2}: what is added
// up here is in main memory, and the processor's threads belong to the context that computes.
constexpr uint8_t kConfig[] = {0x0a, 0x07, 0x0a, 0x03, 'G', 'P', 'U', 0x10, 0x00, 0x10, 0x01, 0x28, 0x02};

}  // namespace

const char* CollectiveError::code() const { return NameOf(code_); }

Group::Group(const std::string& server_def, Place place) : place_(std::move(place)) {
  device_ = "/job:" + place_.job + "/replica:0/task:" + std::to_string(place_.index) + "/device:CPU:0";
  Status status;
  const std::unique_ptr<TFE_ContextOptions, OptionsDeleter> options(TFE_NewContextOptions());
  TFE_ContextOptionsSetConfig(options.get(), kConfig, sizeof kConfig, status.get());
  status.Check();
  context_ = TFE_NewContext(options.get(), status.get());
  status.Check();
  TFE_EnableCollectiveOps(context_, server_def.data(), server_def.size(), status.get());
  status.Check();
}

int32_t Group::KeyOf(Kind kind, int64_t length) {
  const int32_t next = static_cast<int32_t>(keys_.size()) + 1;
  return keys_.try_emplace({kind, length}, next).first->second;
}

std::vector<float> Group::Run(Kind kind, const float* values, int64_t length, float timeout_seconds) {
  Status status;
  const bool gathers = kind == Kind::kGather;
  const std::unique_ptr<TFE_Op, OpDeleter> op(
      TFE_NewOp(context_, gathers ? "CollectiveGatherV2" : "CollectiveReduceV2", status.get()));
  status.Check();
  TFE_OpSetDevice(op.get(), device_.c_str(), status.get());
  status.Check();
  const Handle inputs[] = {ToHandle(TF_FLOAT, &length, 1, values, sizeof(float) * length), Scalar(place_.size),
                           Scalar(kGroupKey), Scalar(KeyOf(kind, length))};
  for (const Handle& input : inputs) {
    TFE_OpAddInput(op.get(), input.get(), status.get());
    status.Check();
  }
  TFE_OpAddInputList(op.get(), nullptr, 0, status.get());
  status.Check();
  TFE_OpSetAttrType(op.get(), "T", TF_FLOAT);
  TFE_OpSetAttrFloat(op.get(), "timeout_seconds", timeout_seconds);
  TFE_OpSetAttrInt(op.get(), "Nordering_token", 0);
  TFE_OpSetAttrString(op.get(), "communication_hint", "ring", 4);
  if (!gathers) {
    const char* final_op = kind == Kind::kMean ? "Div" : "Id";
    TFE_OpSetAttrString(op.get(), "merge_op", "Add", 3);
    TFE_OpSetAttrString(op.get(), "final_op", final_op, std::strlen(final_op));
  }
  TFE_TensorHandle* raw = nullptr;
  int outputs = 1;
  TFE_Execute(op.get(), &raw, &outputs, status.get());
  status.Check();
  const Handle result(raw);
  const Tensor tensor(TFE_TensorHandleResolve(result.get(), status.get()));
  status.Check();
  const auto* data = static_cast<const float*>(TF_TensorData(tensor.get()));
  return {data, data + TF_TensorByteSize(tensor.get()) / sizeof(float)};
}

void Group::AllReduce(float* values, int64_t length, bool mean, float timeout_seconds) {
  const std::vector<float> sum = Run(mean ? Kind::kMean : Kind::kSum, values, length, timeout_seconds);
  std::memcpy(values, sum.data(), sizeof(float) * length);
}

std::vector<float> Group::AllGather(const float* values, int64_t length, float timeout_seconds) {
  return Run(Kind::kGather, values, length, timeout_seconds);
}

void Group::CheckPeer(int index, int64_t timeout_ms) const {
  Status status;
  const std::string task = "/job:" + place_.job + "/replica:0/task:" + std::to_string(index);
  TFE_CollectiveOpsCheckPeerHealth(context_, task.c_str(), timeout_ms, status.get());
  status.Check();
}

void Group::Abort(const std::string& why) {
  Status status;
  TF_SetStatus(status.get(), TF_ABORTED, why.c_str());
  TFE_AbortCollectiveOps(context_, status.get());
}

}  // namespace minarai
