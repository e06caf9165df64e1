// One worker's place in a cluster, on TensorFlow's own collective runtime (CollectiveReduceV2 over gRPC, as
// tf.distribute's MultiWorkerMirroredStrategy uses it), in a context apart from the one that computes.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tfe_cluster_api.h"

namespace minarai {

// What TensorFlow said: its code by name (UNAVAILABLE, DEADLINE_EXCEEDED, ...) and its words.
class CollectiveError : public std::runtime_error {
 public:
  CollectiveError(TF_Code code, const std::string& words) : std::runtime_error(words), code_(code) {}
  const char* code() const;

 private:
  TF_Code code_;
};

struct Place {
  std::string job;
  int index;
  int size;
};

// Every call blocks until all workers made the same one, in the same order, or until it failed: then all later ones fail as well, and
// a new cluster is formed by new processes, since TensorFlow's server keeps its port until its process ends.
class Group {
 public:
  // Starts this worker's gRPC server and waits for nobody. `server_def` is a serialized tensorflow.ServerDef.
  Group(const std::string& server_def, Place place);
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  // Elementwise sum over the workers, divided by their number where `mean` says so; written over `values`.
  void AllReduce(float* values, int64_t length, bool mean, float timeout_seconds);
  // `values` of all workers in the order of their indices: size times `length` numbers.
  std::vector<float> AllGather(const float* values, int64_t length, float timeout_seconds);
  // Whether worker `index` answers, and is the process that joined. May be called while another call blocks.
  void CheckPeer(int index, int64_t timeout_ms) const;
  // Ends what blocks, here and, as they hear of it, at the other workers. May be called while another call blocks.
  void Abort(const std::string& why);

 private:
  enum class Kind { kSum, kMean, kGather };
  std::vector<float> Run(Kind kind, const float* values, int64_t length, float timeout_seconds);
  int32_t KeyOf(Kind kind, int64_t length);

  Place place_;
  std::string device_;
  // Never deleted: a gRPC server of TensorFlow's cannot be shut down ("Clean shutdown is not currently implemented",
  // grpc_server_lib.cc), and deleting the context waits for its threads for ever. The end of the process ends it.
  TFE_Context* context_ = nullptr;
  // Operations of one kind and length have one key, as those of a tf.function have: the runtime keeps a row for each key.
  std::map<std::pair<Kind, int64_t>, int32_t> keys_;
};

}  // namespace minarai
