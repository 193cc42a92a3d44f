/*
 * Copyright 2026 the Wings authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *     https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */
package dev.wings.common.text;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/// Tells which numbers a type holds to their last digit.
public final class Digits {

    /// How many digits come back from any `double` of the normal range.
    private static final int DOUBLE_DIGITS = 15;

    /// How many digits come back from any `float` of the normal range.
    private static final int FLOAT_DIGITS = 6;

    private Digits() {}

    /// The `double` that is nearest to a number. Fails with [LossException] if it is another number: if it, written
    /// with as many digits, does not give the number again.
    public static double float64(BigDecimal number, OnLoss onLoss) {
        double nearest = number.doubleValue();
        boolean normal = Math.abs(nearest) >= Double.MIN_NORMAL && number.precision() <= DOUBLE_DIGITS;
        return Double.isFinite(nearest) && (normal || holds(nearest, number, onLoss)) ? nearest : lost();
    }

    /// As [#float64], for the type `float`.
    public static float float32(BigDecimal number, OnLoss onLoss) {
        float nearest = number.floatValue();
        boolean normal = Math.abs(nearest) >= Float.MIN_NORMAL && number.precision() <= FLOAT_DIGITS;
        return Float.isFinite(nearest) && (normal || holds(nearest, number, onLoss)) ? nearest : (float) lost();
    }

    /// The number with that scale. Fails with [LossException] if it needs more digits behind the point, or has more
    /// than `precision` in all.
    ///
    /// @param cutting how digits are taken away where they may be
    public static BigDecimal decimal(BigDecimal number, int precision, int scale, OnLoss onLoss, RoundingMode cutting) {
        BigDecimal bare = number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
        // This is checked before the scale is set, which for 1e999999999 would make as many digits.
        if ((long) bare.precision() - bare.scale() > precision - scale) {
            lost();
        }
        if (bare.scale() > scale && onLoss != OnLoss.TRUNCATE) {
            lost();
        }
        return bare.setScale(scale, cutting);
    }

    private static boolean holds(double nearest, BigDecimal number, OnLoss onLoss) {
        if (onLoss == OnLoss.TRUNCATE || number.signum() == 0) {
            return true;
        }
        BigDecimal bare = number.stripTrailingZeros();
        BigDecimal written = new BigDecimal(nearest).round(new MathContext(bare.precision(), RoundingMode.HALF_EVEN));
        return written.compareTo(bare) == 0;
    }

    private static double lost() {
        throw new LossException("digits would be lost");
    }
}
