// SPDX-License-Identifier: GPL-2.0
/*
 * plot.c - reports as a picture: SVG, points on a logarithmic axis
 *
 * One group of lines for each benchmark, one line for each series: a point at the median, from the
 * least of the repeats to the greatest. Bars would have a length, which means nothing where the axis
 * has no zero.
 */
#include <errno.h>
#include <math.h>
#include <stdbool.h>

#include "plot.h"
#include "series.h"

#define WIDTH		860
#define LEFT		150	/* names of the benchmarks */
#define RIGHT		90	/* the last figure */
#define TOP		16
#define ROW		14
#define POINT		4	/* radius */
#define GAP		14	/* between groups */
#define LEGEND		20	/* a line of it */
#define AXIS		44

static const char *const colours[] = {
	"#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b0a000", "#555555",
};

/**
 * struct frame - where what goes
 * @file: the picture
 * @set: what is shown
 * @low: decade at the left end of the axis
 * @high: decade at its right end
 * @top: of the first group
 * @bottom: of the last
 */
struct frame {
	FILE *file;
	const struct series_set *set;
	int low, high;
	int top, bottom;
};

static const char *colour(size_t series)
{
	return colours[series % (sizeof(colours) / sizeof(colours[0]))];
}

static bool drawable(const struct figure *figure)
{
	return figure && !figure->err && figure->inside.min > 0;
}

static double x_of(const struct frame *frame, double value)
{
	double share = (log10(value) - frame->low) / (frame->high - frame->low);

	return LEFT + share * (WIDTH - LEFT - RIGHT);
}

static void escaped(FILE *file, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", file);
			break;
		case '>':
			fputs("&gt;", file);
			break;
		case '&':
			fputs("&amp;", file);
			break;
		default:
			/* XML has no control characters, not even escaped. */
			fputc((unsigned char)*text < ' ' ? '?' : *text, file);
		}
	}
}

/* The decades that hold every figure, at least one; false if there is nothing to draw. */
static bool find_range(struct frame *frame)
{
	double least = INFINITY, greatest = 0;
	size_t i, j;

	for (i = 0; i < frame->set->count; i++) {
		for (j = 0; j < frame->set->nr_names; j++) {
			const struct figure *figure = series_figure(&frame->set->series[i],
								    frame->set->names[j]);

			if (!drawable(figure))
				continue;
			least = fmin(least, figure->inside.min);
			greatest = fmax(greatest, figure->inside.max);
		}
	}
	if (!greatest)
		return false;
	frame->low = floor(log10(least));
	frame->high = fmax(ceil(log10(greatest)), frame->low + 1);
	return true;
}

static void draw_legend(const struct frame *frame)
{
	size_t i;

	for (i = 0; i < frame->set->count; i++) {
		int y = TOP + i * LEGEND;

		fprintf(frame->file,
			"<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"12\" fill=\"%s\"/>\n",
			LEFT, y, colour(i));
		fprintf(frame->file, "<text x=\"%d\" y=\"%d\">", LEFT + 18, y + 11);
		escaped(frame->file, frame->set->series[i].label);
		fputs("</text>\n", frame->file);
	}
}

static void draw_axis(const struct frame *frame)
{
	int decade;

	for (decade = frame->low; decade <= frame->high; decade++) {
		double x = x_of(frame, pow(10, decade));

		fprintf(frame->file,
			"<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#ccc\"/>\n"
			"<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%g</text>\n",
			x, frame->top, x, frame->bottom, x, frame->bottom + 16, pow(10, decade));
	}
	fprintf(frame->file, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">"
		"TSC cycles per operation, logarithmic: median, least to greatest repeat</text>\n",
		LEFT + (WIDTH - LEFT - RIGHT) / 2, frame->bottom + 34);
}

static void draw_point(const struct frame *frame, const struct figure *figure, size_t series, int y)
{
	double median, min, max;

	if (!drawable(figure)) {
		fprintf(frame->file, "<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>\n", LEFT + 4,
			y + ROW - 3, colour(series),
			!figure ? "-" : figure->err == -EOPNOTSUPP ? "n/a" :
			figure->err ? "failed" : "0");
		return;
	}
	median = x_of(frame, figure->inside.median);
	min = x_of(frame, figure->inside.min);
	max = x_of(frame, figure->inside.max);
	fprintf(frame->file,
		"<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n"
		"<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%d\" fill=\"%s\"/>\n"
		"<text x=\"%.1f\" y=\"%d\">%.0f</text>\n",
		min, y + ROW / 2.0, max, y + ROW / 2.0, colour(series),
		median, y + ROW / 2.0, POINT, colour(series),
		fmax(max, median + POINT) + 4, y + ROW - 3, figure->inside.median);
}

static void draw_groups(const struct frame *frame)
{
	const struct series_set *set = frame->set;
	int y = frame->top + GAP / 2;
	size_t i, j;

	for (i = 0; i < set->nr_names; i++) {
		fprintf(frame->file, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", LEFT - 8,
			y + set->count * ROW / 2.0 + 4);
		escaped(frame->file, set->names[i]);
		fputs("</text>\n", frame->file);
		for (j = 0; j < set->count; j++, y += ROW)
			draw_point(frame, series_figure(&set->series[j], set->names[i]), j, y);
		y += GAP;
	}
}

/**
 * plot_write() - draw reports
 * @file: where the SVG goes; its errors are for the caller to find
 * @object: a struct plot
 *
 * Return: 0, -ENOMEM, or -ENODATA when no report has a figure.
 */
int plot_write(FILE *file, const void *object)
{
	const struct plot *plot = object;
	struct series_set set;
	struct frame frame = { .file = file, .set = &set };
	int err = series_make(&set, plot->reports, plot->count);

	if (!err && !find_range(&frame))
		err = -ENODATA;
	if (err)
		goto out;
	frame.top = TOP + set.count * LEGEND + 4;
	frame.bottom = frame.top + set.nr_names * (set.count * ROW + GAP);
	fprintf(file, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"font-family=\"sans-serif\" font-size=\"12\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n", WIDTH,
		frame.bottom + AXIS);
	draw_legend(&frame);
	draw_axis(&frame);
	draw_groups(&frame);
	fputs("</svg>\n", file);
out:
	series_free(&set);
	return err;
}
