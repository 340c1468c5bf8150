/**
 * What stands in front of a network: scaling, resizing, augmentation of images.
 *
 * <p>Layers that draw extend {@code RandomImageLayer}: they change images in training alone, each
 * in its own way. Those that move images emit one {@code Warp}; those that change values one random
 * number for each image.
 *
 * <p>Words: <i>augmentation</i>: a random change that keeps the class; <i>interpolation</i>: how
 * values between cells are made; <i>fill mode</i>: what lies outside of an image; <i>adapt</i>:
 * learn statistics from data once.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.preprocessing;

import org.apiguardian.api.API;
