//! Draws the picture: both populations over time, and against each other.

use std::error::Error;
use std::fs;
use std::path::Path;

use entropic::prelude::*;
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use super::LotkaVolterra;
use super::physics::{Populations, Rates};

/// Colours that colour-blind readers can distinguish (Okabe and Ito).
const HARES: RGBColor = RGBColor(230, 159, 0);
const LYNXES: RGBColor = RGBColor(0, 114, 178);
const EULER: RGBColor = RGBColor(213, 94, 0);
const RK4: RGBColor = RGBColor(0, 114, 178);
/// The number of Plotters' pixels per pixel of the picture, because Plotters rounds to whole pixels.
const FINE: u32 = 4;
const SIZE: (u32, u32) = (1080, 460);

type Panel<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Draws one run of each method from their result files.
pub fn draw(
    path: &Path,
    euler: &Record<LotkaVolterra>,
    rk4: &Record<LotkaVolterra>,
) -> Result<(), Box<dyn Error>> {
    let (outward, closed) = (trajectory(&euler.result_file)?, trajectory(&rk4.result_file)?);
    let mut svg = String::new();
    panels(&mut svg, rk4, &outward, &closed)?;
    let size = |(width, height): (u32, u32)| format!("width=\"{width}\" height=\"{height}\"");
    fs::write(path, svg.replacen(&size((fine(SIZE.0), fine(SIZE.1))), &size(SIZE), 1))?;
    Ok(())
}

fn panels(
    svg: &mut String,
    rk4: &Record<LotkaVolterra>,
    outward: &[(f64, Populations)],
    closed: &[(f64, Populations)],
) -> Result<(), Box<dyn Error>> {
    let root = SVGBackend::with_string(svg, (fine(SIZE.0), fine(SIZE.1))).into_drawing_area();
    root.fill(&WHITE)?;
    let (left, right) = root.split_horizontally(fine(560));

    let years = 50.0;
    let mut panel = panel(
        &left,
        &format!("Runge-Kutta, dt = {} years", rk4.dt),
        ("time (years)", years),
        ("animals (thousands)", 1.25 * most(closed, 0)),
    )?;
    for (which, name, colour) in [(0, "hares", HARES), (1, "lynxes", LYNXES)] {
        let points =
            closed.iter().filter(|(time, _)| *time <= years).map(|(time, both)| (*time, both[which]));
        line(&mut panel, points, name, colour.stroke_width(fine(2)))?;
    }
    legend(&mut panel)?;

    let mut panel = self::panel(
        &right,
        &format!("Phase portrait of {} years, dt = {} years", rk4.t_end, rk4.dt),
        ("hares (thousands)", 1.1 * most(outward, 0)),
        ("lynxes (thousands)", 1.1 * most(outward, 1)),
    )?;
    for (run, name, style) in
        [(outward, "Euler", EULER.stroke_width(fine(1))), (closed, "Runge-Kutta", RK4.stroke_width(fine(2)))]
    {
        line(&mut panel, run.iter().map(|(_, [hares, lynxes])| (*hares, *lynxes)), name, style)?;
    }
    let rates = Rates { alpha: rk4.alpha, beta: rk4.beta, gamma: rk4.gamma, delta: rk4.delta };
    let [x, y] = rates.equilibrium();
    panel
        .draw_series([Circle::new((x, y), fine(3), BLACK.filled())])?
        .label("equilibrium")
        .legend(|(x, y)| Circle::new((x + offset(10), y), fine(3), BLACK.filled()));
    legend(&mut panel)?;
    root.present()?;
    Ok(())
}

/// Reads the rows of a result: the time in years, and both populations.
fn trajectory(csv: &Path) -> Result<Vec<(f64, Populations)>, Box<dyn Error>> {
    let mut moments = Vec::new();
    for line in fs::read_to_string(csv)?.lines().skip(1) {
        match line.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>()?[..] {
            [years, hares, lynxes] => moments.push((years, [hares, lynxes])),
            _ => return Err(format!("`{line}` of {} is not three numbers", csv.display()).into()),
        }
    }
    Ok(moments)
}

fn most(moments: &[(f64, Populations)], which: usize) -> f64 {
    moments.iter().fold(0.0, |most, (_, both)| most.max(both[which]))
}

/// Converts a length to Plotters' pixels.
fn fine(length: u32) -> u32 {
    FINE * length
}

/// Converts a signed distance between positions to Plotters' pixels.
fn offset(length: i32) -> i32 {
    length * FINE as i32
}

fn font(size: u32) -> (&'static str, u32) {
    ("sans-serif", fine(size))
}

fn panel<'a>(
    area: &DrawingArea<SVGBackend<'a>, Shift>,
    title: &str,
    (x_name, x_end): (&str, f64),
    (y_name, y_end): (&str, f64),
) -> Result<Panel<'a>, Box<dyn Error>> {
    let mut panel = ChartBuilder::on(area)
        .caption(title, font(17))
        .margin(fine(14))
        .x_label_area_size(fine(44))
        .y_label_area_size(fine(50))
        .build_cartesian_2d(0.0..x_end, 0.0..y_end)?;
    panel
        .configure_mesh()
        .x_desc(x_name)
        .y_desc(y_name)
        .axis_desc_style(font(15))
        .label_style(font(13))
        .x_labels(6)
        .y_labels(6)
        .x_label_formatter(&|x| x.to_string())
        .y_label_formatter(&|y| y.to_string())
        .set_all_tick_mark_size(fine(4))
        .axis_style(BLACK.stroke_width(fine(1)))
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.1).stroke_width(fine(1)))
        .draw()?;
    Ok(panel)
}

fn line(
    panel: &mut Panel<'_>,
    points: impl Iterator<Item = (f64, f64)>,
    name: &str,
    style: ShapeStyle,
) -> Result<(), Box<dyn Error>> {
    panel
        .draw_series(LineSeries::new(points, style))?
        .label(name)
        .legend(move |(x, y)| PathElement::new([(x, y), (x + offset(20), y)], style));
    Ok(())
}

fn legend(panel: &mut Panel<'_>) -> Result<(), Box<dyn Error>> {
    panel
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .legend_area_size(fine(28))
        .margin(fine(8))
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.3).stroke_width(fine(1)))
        .label_font(font(14))
        .draw()?;
    Ok(())
}
