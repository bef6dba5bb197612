/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

/**
 * What the disk allows, in appends of 1 KiB a second that were forced before they counted.
 *
 * @param one by one caller
 * @param sixteen by 16 callers that share forces
 * @param sixtyFour by 64
 */
record Raw(double one, double sixteen, double sixtyFour) {
    /** The rate for as many callers; NaN where there is nothing to compare with. */
    double of(int callers) {
        return switch (callers) {
            case 1 -> one;
            case 16 -> sixteen;
            case 64 -> sixtyFour;
            default -> Double.NaN;
        };
    }
}
