#include "shim.hpp"

#include <opencv2/imgproc.hpp>

using shim::guard;

CVS int cvs_cvt_color(cv::Mat* src, cv::Mat* dst, int code, int channels) {
    return guard([&] { cv::cvtColor(*src, *dst, code, channels); });
}

CVS int cvs_resize(cv::Mat* src, cv::Mat* dst, int width, int height, double fx, double fy, int interpolation) {
    return guard([&] { cv::resize(*src, *dst, cv::Size(width, height), fx, fy, interpolation); });
}

CVS int cvs_warp_affine(cv::Mat* src, cv::Mat* dst, cv::Mat* m, int width, int height, int flags, int border, const double* value) {
    return guard([&] { cv::warpAffine(*src, *dst, *m, cv::Size(width, height), flags, border, shim::scalar(value)); });
}

CVS int cvs_get_rotation_matrix_2d(float x, float y, double angle, double scale, cv::Mat** m) {
    return guard([&] { *m = new cv::Mat(cv::getRotationMatrix2D(cv::Point2f(x, y), angle, scale)); });
}

// src, dst: three points each, x and y in turn.
CVS int cvs_get_affine_transform(const float* src, const float* dst, cv::Mat** m) {
    return guard([&] {
        cv::Point2f s[3], d[3];
        for (int i = 0; i < 3; i++) s[i] = {src[2 * i], src[2 * i + 1]}, d[i] = {dst[2 * i], dst[2 * i + 1]};
        *m = new cv::Mat(cv::getAffineTransform(s, d));
    });
}

CVS int cvs_equalize_hist(cv::Mat* src, cv::Mat* dst) {
    return guard([&] { cv::equalizeHist(*src, *dst); });
}

CVS int cvs_gaussian_blur(cv::Mat* src, cv::Mat* dst, int width, int height, double sigma_x, double sigma_y, int border) {
    return guard([&] { cv::GaussianBlur(*src, *dst, cv::Size(width, height), sigma_x, sigma_y, border); });
}

CVS int cvs_laplacian(cv::Mat* src, cv::Mat* dst, int depth, int ksize, double scale, double delta, int border) {
    return guard([&] { cv::Laplacian(*src, *dst, depth, ksize, scale, delta, border); });
}

CVS int cvs_clahe_new(double clip_limit, int tiles_x, int tiles_y, cv::Ptr<cv::CLAHE>** clahe) {
    return guard([&] { *clahe = new cv::Ptr<cv::CLAHE>(cv::createCLAHE(clip_limit, cv::Size(tiles_x, tiles_y))); });
}

CVS int cvs_clahe_apply(cv::Ptr<cv::CLAHE>* clahe, cv::Mat* src, cv::Mat* dst) {
    return guard([&] { (*clahe)->apply(*src, *dst); });
}

CVS int cvs_clahe_delete(cv::Ptr<cv::CLAHE>* clahe) {
    return guard([&] { delete clahe; });
}
