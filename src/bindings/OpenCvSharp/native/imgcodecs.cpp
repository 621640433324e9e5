#include "shim.hpp"

#include <memory>
#include <vector>

#include <opencv2/imgcodecs.hpp>

using shim::guard;

// The overload of imdecode with a destination leaves the last picture in it when the bytes are no image; this one gives an empty Mat.
CVS int cvs_imdecode(const uint8_t* bytes, int length, int flags, cv::Mat** mat) {
    return guard([&] {
        const cv::Mat buffer(1, length, CV_8UC1, const_cast<uint8_t*>(bytes));
        *mat = new cv::Mat(cv::imdecode(buffer, flags));
    });
}

CVS int cvs_imencode(const char* extension, cv::Mat* src, const int* parameters, int count, std::vector<uint8_t>** encoded) {
    return guard([&] {
        auto bytes = std::make_unique<std::vector<uint8_t>>();
        if (!cv::imencode(extension, *src, *bytes, std::vector<int>(parameters, parameters + count)))
            CV_Error(cv::Error::StsError, "the encoder refused the picture");
        *encoded = bytes.release();
    });
}

CVS int cvs_bytes_view(std::vector<uint8_t>* bytes, const uint8_t** data, int64_t* length) {
    return guard([&] { *data = bytes->data(), *length = static_cast<int64_t>(bytes->size()); });
}

CVS int cvs_bytes_delete(std::vector<uint8_t>* bytes) {
    return guard([&] { delete bytes; });
}
