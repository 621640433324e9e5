#include "shim.hpp"

#include <vector>

using shim::guard;

CVS void cvs_last_error(const char** function, const char** message, const char** file, int* line) {
    const auto& error = shim::last_error();
    *function = error.function.c_str();
    *message = error.message.c_str();
    *file = error.file.c_str();
    *line = error.line;
}

CVS int cvs_get_version(const char** version) { return guard([&] { *version = CV_VERSION; }); }

CVS int cvs_set_num_threads(int threads) { return guard([&] { cv::setNumThreads(threads); }); }

CVS int cvs_get_num_threads(int* threads) { return guard([&] { *threads = cv::getNumThreads(); }); }

CVS int cvs_mat_new(cv::Mat** mat) { return guard([&] { *mat = new cv::Mat(); }); }

CVS int cvs_mat_new_size(int rows, int cols, int type, cv::Mat** mat) {
    return guard([&] { *mat = new cv::Mat(rows, cols, type); });
}

// step 0: rows follow each other without a gap.
CVS int cvs_mat_new_data(int rows, int cols, int type, void* data, int64_t step, cv::Mat** mat) {
    return guard([&] { *mat = new cv::Mat(rows, cols, type, data, step == 0 ? size_t{cv::Mat::AUTO_STEP} : static_cast<size_t>(step)); });
}

CVS int cvs_mat_new_roi(cv::Mat* whole, int x, int y, int width, int height, cv::Mat** mat) {
    return guard([&] { *mat = new cv::Mat(*whole, cv::Rect(x, y, width, height)); });
}

CVS int cvs_mat_delete(cv::Mat* mat) {
    return guard([&] { delete mat; });
}

struct MatHeader {
    uint8_t* data;
    int64_t step;
    int rows, cols, type, continuous;
};

CVS int cvs_mat_header(cv::Mat* mat, MatHeader* header) {
    return guard([&] {
        *header = {mat->data, static_cast<int64_t>(mat->dims > 0 ? mat->step[0] : 0), mat->rows, mat->cols, mat->type(), mat->isContinuous() ? 1 : 0};
    });
}

CVS int cvs_mat_create(cv::Mat* mat, int rows, int cols, int type) {
    return guard([&] { mat->create(rows, cols, type); });
}

CVS int cvs_mat_clone(cv::Mat* mat, cv::Mat** copy) {
    return guard([&] { *copy = new cv::Mat(mat->clone()); });
}

CVS int cvs_mat_copy_to(cv::Mat* mat, cv::Mat* dst) {
    return guard([&] { mat->copyTo(*dst); });
}

CVS int cvs_mat_convert_to(cv::Mat* mat, cv::Mat* dst, int type, double alpha, double beta) {
    return guard([&] { mat->convertTo(*dst, type, alpha, beta); });
}

CVS int cvs_mat_set_to(cv::Mat* mat, const double* value) {
    return guard([&] { mat->setTo(shim::scalar(value)); });
}

CVS int cvs_mean(cv::Mat* src, cv::Mat* mask, double* mean) {
    return guard([&] {
        const auto m = mask ? cv::mean(*src, *mask) : cv::mean(*src);
        for (int i = 0; i < 4; i++) mean[i] = m[i];
    });
}

CVS int cvs_mean_std_dev(cv::Mat* src, double* mean, double* deviation) {
    return guard([&] {
        cv::Scalar m, d;
        cv::meanStdDev(*src, m, d);
        for (int i = 0; i < 4; i++) mean[i] = m[i], deviation[i] = d[i];
    });
}

CVS int cvs_flip(cv::Mat* src, cv::Mat* dst, int code) {
    return guard([&] { cv::flip(*src, *dst, code); });
}

CVS int cvs_rotate(cv::Mat* src, cv::Mat* dst, int code) {
    return guard([&] { cv::rotate(*src, *dst, code); });
}

CVS int cvs_absdiff(cv::Mat* first, cv::Mat* second, cv::Mat* dst) {
    return guard([&] { cv::absdiff(*first, *second, *dst); });
}

CVS int cvs_hconcat(cv::Mat** parts, int count, cv::Mat* dst) {
    return guard([&] {
        std::vector<cv::Mat> all;
        for (int i = 0; i < count; i++) all.push_back(*parts[i]);
        cv::hconcat(all, *dst);
    });
}
