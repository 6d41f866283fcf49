//! The title, the legend, the axes and the fonts of the project's pictures.

use anyhow::Result;
use plotters::chart::{ChartContext, MeshStyle};
use plotters::coord::{Shift, cartesian::Cartesian2d, ranged1d::ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

pub type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

pub const INK: RGBColor = RGBColor(40, 40, 40);
const GRID: RGBColor = RGBColor(228, 228, 228);
pub const SERVED: RGBColor = RGBColor(0, 114, 178);
pub const THROTTLED: RGBColor = RGBColor(235, 150, 105);

pub fn font(size: u32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK)
}

/// Text that begins at its point and is centered vertically on it.
pub fn beside(size: u32) -> TextStyle<'static> {
    font(size).pos(Pos::new(HPos::Left, VPos::Center))
}

/// The mark of an entry in a legend.
#[derive(Clone, Copy, Debug)]
pub enum Mark {
    Bar(RGBColor),
    /// Color and width.
    Line(RGBColor, u32),
    Dashes,
}

/// Draws the title, a line below it, and a legend in as many rows as it needs. Gives the area that is left.
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

/// (served, sent) of each second.
pub type Seconds = Vec<(f64, f64)>;

/// Bars for the calls of each second, and a line for the quota, up to the point `end`.
pub fn calls(
    area: &Area<'_>,
    caption: &str,
    seconds: &Seconds,
    quota: f64,
    (end, top): (f64, f64),
) -> Result<()> {
    let mut chart = ChartBuilder::on(area)
        .caption(caption, font(16))
        .x_label_area_size(36)
        .y_label_area_size(70)
        .margin_right(12)
        .build_cartesian_2d(0.0..end, 0.0..top)?;
    axes(&mut chart)
        .disable_x_mesh()
        .x_desc("seconds")
        .y_desc("requests/s")
        .y_labels(4)
        .x_labels(10)
        .draw()?;
    for (second, &(served, sent)) in (0_u32..).zip(seconds) {
        let second = f64::from(second);
        let bar = |from: f64, to: f64, color: RGBColor| {
            let corners = [(second + 0.06, from.min(top)), (second + 0.94, to.min(top))];
            Rectangle::new(corners, color.filled())
        };
        chart.draw_series((served > 0.0).then(|| bar(0.0, served, SERVED)))?;
        let throttled = sent > served && served < top;
        chart.draw_series(throttled.then(|| bar(served, sent, THROTTLED)))?;
    }
    let line = [(0.0, quota), (end, quota)];
    chart.draw_series(DashedLineSeries::new(line, 5, 3, INK.stroke_width(2)))?;
    Ok(())
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
