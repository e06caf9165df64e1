// What TensorFlow 2.21 exports for clusters and its unpacked headers lack (tensorflow/c/eager/c_api_experimental.h). The pinned
// library is what they are held to: native/setup/collective.mjs links against it, and a missing one fails there.
#pragma once

#include "tensorflow/c/eager/c_api.h"

extern "C" {

// Lets collective operations of the context run over its cluster; `proto` is a serialized tensorflow.ServerDef.
TF_CAPI_EXPORT extern void TFE_EnableCollectiveOps(TFE_Context* ctx, const void* proto, size_t proto_len, TF_Status* status);

// Ends all collective operations under way with `status`; none can be begun in this context after it.
TF_CAPI_EXPORT extern void TFE_AbortCollectiveOps(TFE_Context* ctx, TF_Status* status);

// Asks a task such as "/job:worker/replica:0/task:1" whether it is the process that the cluster was formed with.
TF_CAPI_EXPORT extern void TFE_CollectiveOpsCheckPeerHealth(TFE_Context* ctx, const char* task, int64_t timeout_in_ms,
                                                            TF_Status* status);
}
