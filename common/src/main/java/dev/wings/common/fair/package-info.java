/// What many share, handed out so that nobody can take it away from the others. Start reading at
/// [dev.wings.common.fair.FairPlaces].
@NullMarked
package dev.wings.common.fair;

import org.jspecify.annotations.NullMarked;
