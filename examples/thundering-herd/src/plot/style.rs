//! The title, the legend, the colors and the fonts of all pictures.

use anyhow::Result;
use plotters::{
    chart::{ChartContext, MeshStyle},
    coord::{Shift, cartesian::Cartesian2d, ranged1d::ValueFormatter},
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

use crate::policy::Policy;

pub type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

pub const INK: RGBColor = RGBColor(40, 40, 40);
const GRID: RGBColor = RGBColor(228, 228, 228);

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
    }
}

pub fn font(size: u32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK)
}

/// Text that begins at its point, at the height of its middle.
pub fn beside(size: u32) -> TextStyle<'static> {
    font(size).pos(Pos::new(HPos::Left, VPos::Center))
}

/// How a legend shows a thing.
#[derive(Clone, Copy, Debug)]
pub enum Mark {
    Bar(RGBColor),
    /// Color and width.
    Line(RGBColor, u32),
    Dashes,
}

/// Title, a line below it, a legend below that in as many rows as it needs; gives back the area that is left.
pub fn head<'a>(
    root: &Area<'a>,
    title: &str,
    below: &str,
    legend: &[(String, Mark)],
) -> Result<Area<'a>> {
    root.fill(&WHITE)?;
    root.draw(&Text::new(title, (20, 24), beside(22)))?;
    root.draw(&Text::new(below, (20, 50), beside(15)))?;
    let right = i32::try_from(root.dim_in_pixel().0)? - 20;
    let (mut x, mut y) = (20, 77);
    for (name, mark) in legend {
        let text = beside(15);
        let width = i32::try_from(root.estimate_text_size(name, &text)?.0)? + 27;
        if x + width > right {
            (x, y) = (20, y + 22);
        }
        match *mark {
            Mark::Bar(color) => {
                root.draw(&Rectangle::new([(x, y - 6), (x + 20, y + 6)], color.filled()))?;
            }
            Mark::Line(color, width) => {
                root.draw(&PathElement::new([(x, y), (x + 20, y)], color.stroke_width(width)))?;
            }
            Mark::Dashes => {
                for from in [x, x + 7, x + 14] {
                    let dash = [(from, y), (from + 5, y)];
                    root.draw(&PathElement::new(dash, INK.stroke_width(2)))?;
                }
            }
        }
        root.draw(&Text::new(name.clone(), (x + 27, y), text))?;
        x += width + 22;
    }
    Ok(root.margin(y + 15, 8, 8, 16))
}

/// The axes of a chart, before it adds what it has of its own.
pub fn axes<'a, 'b, X, Y>(
    chart: &'b mut ChartContext<'a, SVGBackend<'a>, Cartesian2d<X, Y>>,
) -> MeshStyle<'a, 'b, X, Y, SVGBackend<'a>>
where
    X: Ranged<ValueType = f64> + ValueFormatter<f64>,
    Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    let mut mesh = chart.configure_mesh();
    mesh.bold_line_style(GRID)
        .light_line_style(WHITE)
        .axis_style(INK)
        .label_style(font(13))
        .axis_desc_style(font(14))
        .x_label_formatter(&whole)
        .y_label_formatter(&whole);
    mesh
}

/// A label without needless digits.
fn whole(value: &f64) -> String {
    format!("{value}")
}
