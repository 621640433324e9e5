// A C interface to libtorch for the .NET binding. It names no operator: every ATen operator is found by its name in the
// dispatcher and called boxed, with its schema saying how each argument is meant. Beside that there is only what is not
// an operator: tensors' memory, autograd, threads, the random seed.
//
// Conventions: a function returns 0, or -1 after storing a message that shim_last_error gives (per thread). A tensor
// handle is a heap-allocated at::Tensor that the caller releases with shim_tensor_free. Nothing throws across the border.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#define SHIM_API extern "C" __attribute__((visibility("default")))

enum ShimTag : int32_t {
  kNone = 0,
  kTensor = 1,
  kInt = 2,
  kDouble = 3,
  kBool = 4,
  kString = 5,
  kDevice = 6,
  kIntList = 7,
  kDoubleList = 8,
  kTensorList = 9,
};

// One argument or result. `length` counts the elements of a list or the bytes of a string.
struct ShimValue {
  int32_t tag;
  int32_t reserved;
  union {
    int64_t integer;
    double real;
    void* pointer;
  };
  int64_t length;
};

namespace {

thread_local std::string last_error;

template <class Body>
int guarded(Body&& body) noexcept {
  try {
    body();
    return 0;
  } catch (const c10::Error& error) {
    last_error = error.what_without_backtrace();
  } catch (const std::exception& error) {
    last_error = error.what();
  } catch (...) {
    last_error = "an exception of unknown type";
  }
  return -1;
}

at::Tensor& unbox(void* handle) {
  TORCH_CHECK(handle, "expected a tensor, got a disposed or missing one");
  return *static_cast<at::Tensor*>(handle);
}

void* box(at::Tensor tensor) {
  return tensor.defined() ? new at::Tensor(std::move(tensor)) : nullptr;
}

const c10::Type& required_type(const c10::Type& type) {
  return type.kind() == c10::TypeKind::OptionalType ? *type.expectRef<c10::OptionalType>().getElementType() : type;
}

bool has_optional_elements(const c10::Type& type) {
  return type.kind() == c10::TypeKind::ListType &&
      type.expectRef<c10::ListType>().getElementType()->kind() == c10::TypeKind::OptionalType;
}

c10::IValue tensor_list(const ShimValue& value, bool optional_elements) {
  auto handles = static_cast<void* const*>(value.pointer);
  if (!optional_elements) {
    std::vector<at::Tensor> list;
    list.reserve(value.length);
    for (int64_t i = 0; i < value.length; i++) list.push_back(handles[i] ? unbox(handles[i]) : at::Tensor());
    return list;
  }
  c10::impl::GenericList list(c10::OptionalType::create(c10::TensorType::get()));
  for (int64_t i = 0; i < value.length; i++) list.push_back(handles[i] ? c10::IValue(unbox(handles[i])) : c10::IValue());
  return list;
}

c10::IValue to_ivalue(const ShimValue& value, const c10::Argument& argument) {
  const auto& type = required_type(*argument.type());
  auto text = [&] { return std::string(static_cast<const char*>(value.pointer), value.length); };
  switch (value.tag) {
    case kNone:
      return c10::IValue();
    case kTensor:
      return c10::IValue(unbox(value.pointer));
    case kInt:
      if (type.kind() == c10::TypeKind::FloatType) return static_cast<double>(value.integer);
      return static_cast<int64_t>(value.integer);
    case kDouble:
      return value.real;
    case kBool:
      return value.integer != 0;
    case kString:
      return text();
    case kDevice:
      return c10::Device(text());
    case kIntList: {
      auto items = static_cast<const int64_t*>(value.pointer);
      return std::vector<int64_t>(items, items + value.length);
    }
    case kDoubleList: {
      auto items = static_cast<const double*>(value.pointer);
      return std::vector<double>(items, items + value.length);
    }
    case kTensorList:
      return tensor_list(value, has_optional_elements(type));
  }
  TORCH_CHECK(false, "argument '", argument.name(), "' has an unknown tag ", value.tag);
}

void from_ivalue(c10::IValue&& result, ShimValue& out) {
  out = ShimValue{kNone, 0, {0}, 0};
  if (result.isTensor()) {
    out.pointer = box(std::move(result).toTensor());
    out.tag = out.pointer ? kTensor : kNone;
  } else if (result.isInt()) {
    out.tag = kInt;
    out.integer = result.toInt();
  } else if (result.isDouble()) {
    out.tag = kDouble;
    out.real = result.toDouble();
  } else if (result.isBool()) {
    out.tag = kBool;
    out.integer = result.toBool();
  } else if (result.isTensorList()) {
    auto list = result.toTensorVector();
    auto handles = static_cast<void**>(std::malloc(sizeof(void*) * (list.size() + 1)));
    for (size_t i = 0; i < list.size(); i++) handles[i] = box(std::move(list[i]));
    out.tag = kTensorList;
    out.pointer = handles;
    out.length = static_cast<int64_t>(list.size());
  } else if (!result.isNone()) {
    TORCH_CHECK(false, "results of kind ", result.tagKind(), " are not supported");
  }
}

std::vector<at::Tensor> unbox_all(void* const* handles, int count) {
  std::vector<at::Tensor> tensors;
  tensors.reserve(count);
  for (int i = 0; i < count; i++) tensors.push_back(handles[i] ? unbox(handles[i]) : at::Tensor());
  return tensors;
}

}  // namespace

SHIM_API const char* shim_last_error() { return last_error.c_str(); }
SHIM_API const char* shim_version() { return TORCH_VERSION; }
SHIM_API void shim_free(void* memory) { std::free(memory); }

// Operators. The handle lives as long as the process; the caller keeps it.
SHIM_API int shim_operator(const char* name, const char* overload, void** out) {
  return guarded([&] { *out = new c10::OperatorHandle(c10::Dispatcher::singleton().findSchemaOrThrow(name, overload)); });
}

// Calls with positional arguments; those not given take the schema's defaults, or none where the schema allows it.
SHIM_API int shim_call(void* handle, const ShimValue* arguments, int count, ShimValue* results, int capacity, int* written) {
  return guarded([&] {
    auto& op = *static_cast<c10::OperatorHandle*>(handle);
    const auto& schema = op.schema().arguments();
    TORCH_CHECK(count <= static_cast<int>(schema.size()), "expected at most ", schema.size(), " arguments, got ", count);
    torch::jit::Stack stack;
    stack.reserve(schema.size());
    for (int i = 0; i < static_cast<int>(schema.size()); i++) {
      if (i < count) {
        stack.push_back(to_ivalue(arguments[i], schema[i]));
      } else if (schema[i].default_value()) {
        stack.push_back(*schema[i].default_value());
      } else {
        TORCH_CHECK(schema[i].type()->kind() == c10::TypeKind::OptionalType, "argument '", schema[i].name(), "' is missing");
        stack.emplace_back();
      }
    }
    op.callBoxed(stack);
    TORCH_CHECK(static_cast<int>(stack.size()) <= capacity, "expected at most ", capacity, " results, got ", stack.size());
    *written = static_cast<int>(stack.size());
    for (size_t i = 0; i < stack.size(); i++) from_ivalue(std::move(stack[i]), results[i]);
  });
}

// Tensors and host memory. A dtype is the number of c10::ScalarType.
SHIM_API int shim_tensor_from_host(const void* data, int64_t bytes, const int64_t* sizes, int dims, int dtype, void** out) {
  return guarded([&] {
    auto tensor = at::empty(at::IntArrayRef(sizes, dims), at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype)));
    TORCH_CHECK(static_cast<int64_t>(tensor.nbytes()) == bytes, "expected ", tensor.nbytes(), " bytes for this shape, got ", bytes);
    if (bytes) std::memcpy(tensor.data_ptr(), data, bytes);
    *out = box(std::move(tensor));
  });
}

SHIM_API int shim_tensor_to_host(void* handle, void* destination, int64_t bytes) {
  return guarded([&] {
    auto tensor = unbox(handle).detach().to(at::kCPU).contiguous();
    TORCH_CHECK(static_cast<int64_t>(tensor.nbytes()) == bytes, "expected room for ", tensor.nbytes(), " bytes, got ", bytes);
    if (bytes) std::memcpy(destination, tensor.data_ptr(), bytes);
  });
}

SHIM_API void shim_tensor_free(void* handle) { delete static_cast<at::Tensor*>(handle); }

SHIM_API int shim_tensor_alias(void* handle, void** out) {
  return guarded([&] { *out = box(unbox(handle)); });
}

struct ShimTensorInfo {
  int32_t dtype;
  int32_t device_type;
  int32_t device_index;
  int32_t dims;
  int64_t elements;
  int64_t element_bytes;
  uint8_t requires_grad;
  uint8_t is_leaf;
  uint8_t is_contiguous;
  uint8_t reserved[5];
};

SHIM_API int shim_tensor_info(void* handle, ShimTensorInfo* info, int64_t* sizes, int64_t* strides, int capacity) {
  return guarded([&] {
    const auto& tensor = unbox(handle);
    *info = ShimTensorInfo{static_cast<int32_t>(tensor.scalar_type()), static_cast<int32_t>(tensor.device().type()),
                           tensor.device().index(), static_cast<int32_t>(tensor.dim()), tensor.numel(),
                           static_cast<int64_t>(tensor.element_size()), tensor.requires_grad(), tensor.is_leaf(),
                           tensor.is_contiguous(), {}};
    for (int i = 0; i < info->dims && i < capacity; i++) {
      sizes[i] = tensor.size(i);
      strides[i] = tensor.stride(i);
    }
  });
}

SHIM_API int shim_tensor_item(void* handle, double* real, int64_t* integer) {
  return guarded([&] {
    auto scalar = unbox(handle).item();
    *real = scalar.toDouble();
    *integer = scalar.isFloatingPoint() ? static_cast<int64_t>(*real) : scalar.toLong();
  });
}

// Autograd.
SHIM_API int shim_set_requires_grad(void* handle, int enabled) {
  return guarded([&] { unbox(handle).requires_grad_(enabled != 0); });
}

SHIM_API int shim_grad(void* handle, void** out) {
  return guarded([&] { *out = box(unbox(handle).grad()); });
}

SHIM_API int shim_set_grad(void* handle, void* grad_or_null) {
  return guarded([&] { unbox(handle).mutable_grad() = grad_or_null ? unbox(grad_or_null) : at::Tensor(); });
}

SHIM_API int shim_backward(void* root, void* grad_or_null, int retain_graph, int create_graph) {
  return guarded([&] {
    torch::autograd::variable_list grads;
    if (grad_or_null) grads.push_back(unbox(grad_or_null));
    torch::autograd::backward({unbox(root)}, grads, retain_graph != 0, create_graph != 0);
  });
}

// `results` takes one handle for each input, null where an unused input is allowed.
SHIM_API int shim_autograd_grad(void* const* outputs, int output_count, void* const* inputs, int input_count, void* const* grads,
                                int grad_count, int retain_graph, int create_graph, int allow_unused, void** results) {
  return guarded([&] {
    auto found = torch::autograd::grad(unbox_all(outputs, output_count), unbox_all(inputs, input_count), unbox_all(grads, grad_count),
                                       retain_graph != 0, create_graph != 0, allow_unused != 0);
    for (size_t i = 0; i < found.size(); i++) results[i] = box(std::move(found[i]));
  });
}

// Returns what the mode was.
SHIM_API int shim_set_grad_mode(int enabled) {
  int was = c10::GradMode::is_enabled();
  c10::GradMode::set_enabled(enabled != 0);
  return was;
}
SHIM_API int shim_grad_mode() { return c10::GradMode::is_enabled(); }

// The process.
SHIM_API int shim_set_num_threads(int threads) {
  return guarded([&] { at::set_num_threads(threads); });
}
SHIM_API int shim_get_num_threads() { return at::get_num_threads(); }
SHIM_API int shim_manual_seed(int64_t seed) {
  return guarded([&] { at::manual_seed(static_cast<uint64_t>(seed)); });
}
SHIM_API int shim_set_flush_denormal(int enabled) { return at::globalContext().setFlushDenormal(enabled != 0); }
SHIM_API int shim_cuda_device_count() {
  int count = 0;
  if (guarded([&] { count = static_cast<int>(torch::cuda::device_count()); })) return 0;
  return count;
}
