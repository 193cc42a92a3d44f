/// What the ingestor knows of topics. Start reading at [dev.wings.ingestor.topic.TopicDirectory].
@NullMarked
package dev.wings.ingestor.topic;

import org.jspecify.annotations.NullMarked;
