//! The colors of the policies, beside the style of all pictures.

pub use aws_retry_testkit::plot::{Area, INK, Mark, axes, beside, font, head};
use plotters::style::RGBColor;

use crate::policy::Policy;

/// Colors that people who do not see all of them can tell apart (Okabe and Ito).
pub const fn color(policy: Policy) -> RGBColor {
    match policy {
        Policy::Naive => RGBColor(170, 170, 170),
        Policy::Exponential => RGBColor(213, 94, 0),
        Policy::EqualJitter => RGBColor(204, 121, 167),
        Policy::DecorrelatedJitter => RGBColor(86, 180, 233),
        Policy::FullJitter => RGBColor(230, 159, 0),
        Policy::SdkAdaptive => RGBColor(0, 114, 178),
        Policy::Paced => RGBColor(0, 138, 98),
        Policy::PacedKnown => RGBColor(92, 62, 150),
    }
}
