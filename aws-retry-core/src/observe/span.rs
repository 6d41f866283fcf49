//! The span of a call, through `tracing`. The docs of the module `observe` describe its fields.

#[cfg(feature = "tracing")]
pub(crate) use on::{CallSpan, spans_wanted};

#[cfg(not(feature = "tracing"))]
pub(crate) use off::{CallSpan, spans_wanted};

#[cfg(feature = "tracing")]
mod on {
    use tracing::field::Empty;
    use tracing::level_filters::LevelFilter;
    use tracing::span::Entered;
    use tracing::{Level, Span};

    use crate::decision::failure::Kind;
    use crate::decision::shown::shown;
    use crate::observe::event::Event;

    /// Whether any subscriber wants spans: one relaxed load if none listens at debug level.
    #[inline]
    pub(crate) fn spans_wanted() -> bool {
        LevelFilter::current() >= LevelFilter::DEBUG && enabled()
    }

    #[cold]
    fn enabled() -> bool {
        tracing::span_enabled!(target: "aws_retry", Level::DEBUG, "call")
    }

    /// A call's span, if any subscriber wants it.
    #[derive(Debug)]
    pub(crate) struct CallSpan {
        span: Span,
        /// Whether the service was known from the start: fields are recorded once.
        named: bool,
    }

    impl CallSpan {
        pub fn none() -> Self {
            Self { span: Span::none(), named: false }
        }

        /// `call`: the event of a call about which nothing is known yet.
        pub fn new(call: &Event<'_>) -> Self {
            if !spans_wanted() {
                return Self::none();
            }
            let span = tracing::debug_span!(
                target: "aws_retry",
                "call",
                otel.name = call.function,
                otel.status_code = Empty,
                function = call.function,
                module = call.module,
                service = call.service.map(shown).as_deref(),
                operation = call.operation.map(shown).as_deref(),
                scope = call.scope.map(shown).as_deref(),
                max_attempts = call.max_attempts,
                attempts = Empty,
                elapsed_seconds = Empty,
                kind = Empty,
                code = Empty,
                limit = Empty,
                resource = Empty,
                status = Empty,
                request_id = Empty,
                reason = Empty,
            );
            Self { span, named: call.service.is_some() }
        }

        #[inline]
        pub fn enter(&self) -> Entered<'_> {
            self.span.enter()
        }

        /// Enters it without a guard: [`CallSpan::close`] exits it.
        #[cold]
        pub fn open(&self) {
            self.span.with_subscriber(|(id, dispatch)| dispatch.enter(id));
        }

        /// Exits it.
        #[cold]
        pub fn close(&self) {
            self.span.with_subscriber(|(id, dispatch)| dispatch.exit(id));
        }

        /// Records the end of the call: a success, or the failure on which it gave up.
        pub fn end(&self, event: &Event<'_>) {
            let span = &self.span;
            if span.is_disabled() {
                return;
            }
            span.record("attempts", event.attempt);
            span.record("elapsed_seconds", event.elapsed.as_secs_f64());
            if !self.named {
                span.record("service", event.service.map(shown).as_deref());
                span.record("operation", event.operation.map(shown).as_deref());
            }
            if let Some(reason) = event.reason {
                span.record("kind", event.kind.map(Kind::as_str));
                span.record("code", event.code.map(shown).as_deref());
                if let Some(throttle) = &event.throttle {
                    span.record("limit", throttle.limit.as_str());
                    span.record("resource", throttle.resource.as_deref().map(shown).as_deref());
                }
                span.record("status", event.status);
                span.record("request_id", event.request_id.map(shown).as_deref());
                span.record("reason", reason.as_str());
                span.record("otel.status_code", "ERROR");
            }
        }
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use crate::observe::event::Event;

    #[inline]
    pub(crate) const fn spans_wanted() -> bool {
        false
    }

    #[derive(Debug)]
    pub(crate) struct CallSpan;

    /// Does nothing when it is dropped: without the feature there are no spans.
    pub(crate) struct Entered;

    impl CallSpan {
        pub const fn none() -> Self {
            Self
        }

        pub const fn new(_: &Event<'_>) -> Self {
            Self
        }

        #[inline]
        pub const fn enter(&self) -> Entered {
            Entered
        }

        #[inline]
        pub const fn open(&self) {}

        #[inline]
        pub const fn close(&self) {}

        pub fn end(&self, _: &Event<'_>) {}
    }
}
