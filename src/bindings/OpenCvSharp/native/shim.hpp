// C ABI over the part of OpenCV that the C# binding shows. Every function returns 0, or the code of what failed;
// the thread's last error then tells the rest. Handles are owned by the caller and given back to the matching *_delete.
#pragma once
#include <cstdint>
#include <exception>
#include <string>

#include <opencv2/core.hpp>

#define CVS extern "C" __attribute__((visibility("default")))

namespace shim {

struct LastError {
    int code = 0;
    int line = 0;
    std::string function, message, file;
};

inline LastError& last_error() {
    static thread_local LastError error;
    return error;
}

/// Keeps C++ exceptions on this side.
template <class F>
int guard(F&& body) noexcept {
    try {
        body();
        return 0;
    } catch (const cv::Exception& e) {
        last_error() = {e.code != 0 ? e.code : -2, e.line, e.func, e.err, e.file};
    } catch (const std::exception& e) {
        last_error() = {-2, 0, "", e.what(), ""};
    } catch (...) {
        last_error() = {-2, 0, "", "unknown C++ exception", ""};
    }
    return last_error().code;
}

inline cv::Scalar scalar(const double* v) { return cv::Scalar(v[0], v[1], v[2], v[3]); }

}  // namespace shim
